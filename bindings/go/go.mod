module github.com/libslo/libslo/bindings/go

go 1.21
