// The site is a module of its own, so that programs which use the library never see what makes pages of its texts.
module github.com/be395dad/disruptor/site

go 1.26.0

require (
	github.com/stretchr/testify v1.12.1
	github.com/yuin/goldmark v1.8.7
)

require go.yaml.in/yaml/v3 v3.0.5 // indirect
