//go:build !linux

package doctor

func usableCPUs() ([]int, error) { return nil, errCannotPin }

func pin(int) error { return errCannotPin }
