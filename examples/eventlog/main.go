// Command eventlog is a log of events as a service.
package main

func main() {}
