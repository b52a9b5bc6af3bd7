package app

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"time"

	"github.com/go-viper/mapstructure/v2"
)

// decodeHook turns what files and variables hold into settings, and refuses
// what would silently become something else. Lists in variables are separated
// by commas.
func decodeHook() mapstructure.DecodeHookFunc {
	return mapstructure.ComposeDecodeHookFunc(splitList, duration, wholeNumber)
}

func splitList(_, to reflect.Type, data any) (any, error) {
	s, ok := data.(string)
	if !ok || to.Kind() != reflect.Slice {
		return data, nil
	}
	if strings.TrimSpace(s) == "" {
		return []string{}, nil
	}
	list := strings.Split(s, ",")
	for i := range list {
		list[i] = strings.TrimSpace(list[i])
	}
	return list, nil
}

var errUnit = errors.New("a unit is needed, as in 2s")

// duration takes no number but 0: a plain 2 would be two nanoseconds.
func duration(from, to reflect.Value) (any, error) {
	data := from.Interface()
	if to.Type() != reflect.TypeFor[time.Duration]() {
		return data, nil
	}
	switch value := data.(type) {
	case time.Duration:
		return value, nil
	case string:
		d, err := time.ParseDuration(value)
		if err != nil && strings.Contains(err.Error(), "missing unit") {
			return nil, errUnit
		}
		return d, err
	}
	switch {
	case !from.CanInt() && !from.CanUint() && !from.CanFloat():
		return nil, fmt.Errorf("%v is no duration, as 2s", data)
	case !from.IsZero():
		return nil, errUnit
	}
	return time.Duration(0), nil
}

// wholeNumber refuses what an integer would cut off.
func wholeNumber(from, to reflect.Value) (any, error) {
	data := from.Interface()
	if !to.CanInt() && !to.CanUint() || to.Type() == reflect.TypeFor[time.Duration]() {
		return data, nil
	}
	tooLarge := fmt.Errorf("%v is out of range", data)
	switch {
	case from.Kind() == reflect.Bool:
		return nil, fmt.Errorf("%v is no number", data)
	case from.CanFloat():
		f := from.Float()
		switch {
		case f != math.Trunc(f):
			return nil, fmt.Errorf("%v is no whole number", data)
		case f < math.MinInt64 || f >= math.MaxInt64:
			return nil, tooLarge
		}
		return wholeNumber(reflect.ValueOf(int64(f)), to)
	case from.CanInt() && to.CanInt() && to.OverflowInt(from.Int()),
		from.CanInt() && to.CanUint() && (from.Int() < 0 || to.OverflowUint(uint64(from.Int()))),             //nolint:gosec // not negative
		from.CanUint() && to.CanInt() && (from.Uint() > math.MaxInt64 || to.OverflowInt(int64(from.Uint()))), //nolint:gosec // not too large
		from.CanUint() && to.CanUint() && to.OverflowUint(from.Uint()):
		return nil, tooLarge
	}
	return data, nil
}
