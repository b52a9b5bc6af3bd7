// Topics takes labelled articles through Marsad and through what a user would try
// first, in one run, and prints quality side by side:
//
//	go run ./topics DIR
//
// DIR is as for `marsad train topics`: annotated*.jsonl.gz, and articles without
// topics. It prints three parts, which -only can choose from:
//
//	labels    topics of articles of sources (Arabic) or parts (others) left out
//	sections  publishers' sections (sanad*.jsonl.gz, ant*.jsonl.gz in DIR), from one source to another
//	memory    the heap that is taken by what the classifier loads
//
// With -tune it looks instead for the best settings of the others.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"

	"marsad/services/classifier/topics/training"
)

// part is one that is printed.
type part struct {
	name string
	run  func(ctx context.Context, dir string, labelled []training.Article) error
}

var parts = []part{{"memory", showMemory}, {"labels", showLabels}, {"sections", showSections}}

func main() {
	only := flag.String("only", "", "print only these parts, separated by commas")
	tune := flag.Bool("tune", false, "look for the best settings of the others")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: topics [-only PARTS] [-tune] DIR")
		os.Exit(2)
	}
	if err := run(flag.Arg(0), *only, *tune); err != nil {
		fmt.Fprintf(os.Stderr, "topics: %v\n", err)
		os.Exit(1)
	}
}

func run(dir, only string, tune bool) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	labelled, err := training.Read(dir)
	if err != nil {
		return err
	}
	labelled = slices.DeleteFunc(labelled, func(a training.Article) bool { return len(a.Topics) == 0 })
	if tune {
		return showTuning(ctx, labelled)
	}
	for _, p := range parts {
		if only != "" && !strings.Contains(","+only+",", ","+p.name+",") {
			continue
		}
		if err := p.run(ctx, dir, labelled); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		fmt.Println()
	}
	return nil
}

func say(format string, values ...any) { fmt.Fprintf(os.Stderr, format+"\n", values...) }
