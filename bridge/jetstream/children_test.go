package jetstream

// children are what the test binary does if it is started again, by name.
var children = map[string]func(){}
