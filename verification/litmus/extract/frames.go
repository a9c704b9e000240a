package main

import (
	"debug/dwarf"
	"debug/elf"
	"fmt"
	"slices"
	"strings"
)

// A frame is a function that was inlined, and the line of its caller that calls it.
type frame struct {
	function string
	call     place
}

// frames finds the inlined functions at an address.
type frames []inlining

type inlining struct {
	low, high uint64
	frame     frame
}

// at returns the frames that are inlined at an address, the outermost first.
func (f frames) at(pc uint64) (chain []frame) {
	for _, i := range f { // in the order of the tree: an outer one comes before those in it
		if i.low <= pc && pc < i.high {
			chain = append(chain, i.frame)
		}
	}
	return chain
}

// readFrames reads the compiler's inlining in the packages from the debug information.
func readFrames(binary string) (frames, error) {
	file, err := elf.Open(binary)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := file.DWARF()
	if err != nil {
		return nil, err
	}
	var found frames
	var files []*dwarf.LineFile
	for r := data.Reader(); ; {
		e, err := r.Next()
		if err != nil {
			return nil, err
		}
		if e == nil {
			break
		}
		switch e.Tag {
		case dwarf.TagCompileUnit:
			if name, _ := e.Val(dwarf.AttrName).(string); name != module && !slices.Contains(packages, strings.TrimPrefix(name, module+"/")) {
				r.SkipChildren()
				break
			}
			lines, err := data.LineReader(e)
			if err != nil {
				return nil, err
			}
			files = lines.Files()
		case dwarf.TagInlinedSubroutine:
			i, err := readFrame(data, e, files)
			if err != nil {
				return nil, err
			}
			found = append(found, i...)
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("no debug information about %s", module)
	}
	return found, nil
}

func readFrame(data *dwarf.Data, e *dwarf.Entry, files []*dwarf.LineFile) (found frames, err error) {
	origin, ok := e.Val(dwarf.AttrAbstractOrigin).(dwarf.Offset)
	if !ok {
		return nil, fmt.Errorf("inlined function at %#x without a name", e.Offset)
	}
	r := data.Reader()
	r.Seek(origin)
	abstract, err := r.Next()
	if err != nil {
		return nil, err
	}
	var f frame
	f.function, _ = abstract.Val(dwarf.AttrName).(string)
	line, _ := e.Val(dwarf.AttrCallLine).(int64)
	index, _ := e.Val(dwarf.AttrCallFile).(int64)
	if index < 0 || int(index) >= len(files) || files[index] == nil {
		return nil, fmt.Errorf("call of %s in unknown file %d", f.function, index)
	}
	f.call = place{fileName(files[index].Name), int(line)}
	ranges, err := data.Ranges(e)
	if err != nil {
		return nil, err
	}
	for _, r := range ranges {
		found = append(found, inlining{low: r[0], high: r[1], frame: f})
	}
	return found, nil
}
