package main

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/store/badger"
)

// storeSize measures the store's directory when somebody looks.
type storeSize struct {
	info       func() (badger.Info, error)
	size, free *prometheus.Desc
}

// sizeOf is the metrics of a store's size; nil for one that is not a badger.
func sizeOf(st store.Store) prometheus.Collector {
	s, ok := st.(interface{ Info() (badger.Info, error) })
	if !ok {
		return nil
	}
	return &storeSize{
		info: s.Info,
		size: prometheus.NewDesc("rouse_store_size_bytes", "What the store's files really take on disk.", nil, nil),
		free: prometheus.NewDesc("rouse_store_free_bytes", "What is left for the store on its file system.", nil, nil),
	}
}

// Describe names the metrics.
func (s *storeSize) Describe(out chan<- *prometheus.Desc) {
	out <- s.size
	out <- s.free
}

// Collect measures. What cannot be measured is left out.
func (s *storeSize) Collect(out chan<- prometheus.Metric) {
	i, err := s.info()
	if err != nil || i.Dir == "" {
		return
	}
	out <- prometheus.MustNewConstMetric(s.size, prometheus.GaugeValue, float64(i.Bytes))
	if i.Free >= 0 {
		out <- prometheus.MustNewConstMetric(s.free, prometheus.GaugeValue, float64(i.Free))
	}
}
