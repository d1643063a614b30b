module peer

go 1.21

require (
	github.com/libslo/libslo/bindings/go v0.0.0
	github.com/prometheus/client_golang v1.20.5
	go.opentelemetry.io/otel/sdk/metric v1.32.0
)
