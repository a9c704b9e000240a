package disruptor

// A hookPoint is a place where the protocol has read one shared word and not yet the next: where an order of events
// that seldom happens can be forced. See debug_on.go.
type hookPoint uint8

const (
	pointBoundary hookPoint = iota // publishedEnd has a boundary, and has not walked yet
	pointListed                    // gate has the list, and has not read the positions in it
	pointWalked                    // gate without consumers has walked, and has not raised published
	pointGate                      // gate has the positions, and has not read the list again
	pointJoined                    // a joiner is in the list, and has not looked what is published
	pointLeaving                   // a leaver has raised published, and is still in the list
	pointClaimed                   // a Single producer has stored its claim, and has not looked at closed
)
