package app

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"syscall"

	"github.com/prometheus/client_golang/prometheus"

	"marsad/pkg/store/open"
)

// disk is the file systems that a process fills: that of its data folder, and
// that of the store's file, which may be elsewhere.
type disk struct {
	folders []string
	log     *slog.Logger
	unknown atomic.Bool // the last look failed
}

func newDisk(cfg Config, log *slog.Logger) *disk {
	d := &disk{folders: []string{cfg.Data}, log: log}
	if file, ok, err := open.File(cfg.StoreDSN()); ok && err == nil {
		if folder := filepath.Dir(file); filepath.Clean(cfg.Data) != folder {
			d.folders = append(d.folders, folder)
		}
	}
	return d
}

// free is the space left for this user where there is least. The first of
// several looks that fail is told.
func (d *disk) free() (int64, error) {
	var least int64 = -1
	var errs []error
	for _, folder := range d.folders {
		free, err := freeBytes(folder)
		if err != nil {
			errs = append(errs, err)
		} else if least < 0 || free < least {
			least = free
		}
	}
	err := errors.Join(errs...)
	if was := d.unknown.Swap(err != nil); err != nil && !was {
		d.log.Warn("the free space on the disk cannot be told: nothing pauses when it ends", "error", err)
	}
	if err != nil {
		return 0, err
	}
	return least, nil
}

func freeBytes(folder string) (int64, error) {
	var stat syscall.Statfs_t
	if err := syscall.Statfs(folder, &stat); err != nil {
		return 0, fmt.Errorf("free space of %s: %w", folder, err)
	}
	return int64(float64(stat.Bavail) * float64(stat.Bsize)), nil // their types are not the same everywhere
}

var diskFree = prometheus.NewDesc("marsad_disk_free_bytes",
	"Space left for this user on the file system of the data folder or that of the store's file: where there is less.", nil, nil)

// Describe implements prometheus.Collector.
func (d *disk) Describe(ch chan<- *prometheus.Desc) { ch <- diskFree }

// Collect implements prometheus.Collector. What cannot be told is left out: 0
// would raise an alarm.
func (d *disk) Collect(ch chan<- prometheus.Metric) {
	if free, err := d.free(); err == nil {
		ch <- prometheus.MustNewConstMetric(diskFree, prometheus.GaugeValue, float64(free))
	}
}
