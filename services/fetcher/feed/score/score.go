package score

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"marsad/services/fetcher/feed"
	"marsad/services/fetcher/feed/score/pyexpr"
)

// Options say how to run; the zero value is good.
type Options struct {
	Predictions io.Writer             // one JSON object per case, in their order; nil: none
	Progress    func(done, total int) // called now and then
}

// Reader reads a case: what it found, as the Universal Feed Parser shows it.
type Reader func(Case) (map[string]any, error)

// ErrPanic is the error of a Reader that panicked.
var ErrPanic = errors.New("it panicked")

// Verdict says what came of a case.
type Verdict struct {
	Case     Case
	Err      error // the document could not be read
	Compared bool  // all that the expectation names is modelled
	Met      bool
	Unknown  []string // names that are not modelled
	Why      string   // why it is not met
	View     map[string]any
}

// Run scores Marsad on the cases of a folder or zip file.
func Run(ctx context.Context, path string, o Options) (*Report, error) {
	cases, err := ReadCases(path)
	if err != nil {
		return nil, err
	}
	verdicts := make([]Verdict, 0, len(cases))
	for i, c := range cases {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		verdicts = append(verdicts, Judge(c, Marsad))
		if o.Progress != nil {
			o.Progress(i+1, len(cases))
		}
	}
	return NewReport(verdicts), predict(o.Predictions, verdicts)
}

// Marsad is the Reader of this program.
func Marsad(c Case) (map[string]any, error) {
	d, err := feed.Read(c.Body, c.Options())
	if errors.Is(err, feed.ErrGaveUp) {
		return nil, fmt.Errorf("%w: %w", ErrPanic, err)
	}
	if err != nil {
		return nil, err
	}
	return View(d), nil
}

// Judge reads a case and compares what was found with what is expected.
func Judge(c Case, read Reader) Verdict {
	v := Verdict{Case: c}
	v.View, v.Err = guarded(c, read)
	expr, err := pyexpr.Parse(c.Expect)
	if err != nil {
		v.Unknown, v.Why = []string{"(expression)"}, err.Error()
		return v
	}
	v.Unknown = unmodelled(expr)
	v.Compared = len(v.Unknown) == 0
	if v.Compared && v.Err == nil {
		v.Met, v.Why = holds(expr, v.View)
	}
	return v
}

// unmodelled are the names in an expectation that say why it is not compared.
func unmodelled(expr *pyexpr.Expr) []string {
	var unknown []string
	for _, name := range expr.Variables() {
		if !variables[name] {
			unknown = append(unknown, name)
		}
	}
	for _, name := range expr.Names() {
		if !modelled[name] {
			unknown = append(unknown, name)
		}
	}
	if unknown == nil && len(expr.Names()) == 0 && !slices.Contains(expr.Variables(), "version") {
		return []string{"(no field)"} // only whether it can be read
	}
	return unknown
}

func holds(expr *pyexpr.Expr, view map[string]any) (bool, string) {
	value, err := expr.Eval(view)
	switch {
	case err != nil:
		return false, err.Error()
	case !pyexpr.Truth(value):
		return false, "it is otherwise"
	}
	return true, ""
}

func guarded(c Case, read Reader) (view map[string]any, err error) {
	defer func() {
		if value := recover(); value != nil {
			view, err = nil, fmt.Errorf("%w: %v", ErrPanic, value)
		}
	}()
	return read(c)
}

// folders are those of cases, in order.
func folders(verdicts []Verdict) []string {
	var list []string
	for _, v := range verdicts {
		list = append(list, v.Case.Folder)
	}
	slices.Sort(list)
	return slices.Compact(list)
}
