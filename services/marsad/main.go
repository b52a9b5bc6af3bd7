// Marsad watches news sources and turns what they publish into one clean,
// de-duplicated, classified, searchable record.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"marsad/services/classifier"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// Exit codes.
const (
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(run(ctx, os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr))
}

// run is the program: it returns the exit code.
func run(ctx context.Context, args, environ []string, stdin io.Reader, stdout, stderr io.Writer) int {
	c := &cli{environ: environ, stdin: stdin, out: stdout, err: stderr}
	root := c.root()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errSilent):
		return exitFailed
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		err = errors.New("interrupted")
	case !c.started:
		fmt.Fprintf(stderr, "marsad: %v ('marsad --help' shows what there is)\n", err)
		return exitUsage
	}
	if c.showing { // progress has the line
		fmt.Fprintln(stderr)
	}
	fmt.Fprintf(stderr, "marsad: %v\n", err)
	if _, ok := errors.AsType[usageError](err); ok {
		return exitUsage
	}
	return exitFailed
}

// help is what a command that only groups others does by itself.
func help(cmd *cobra.Command, _ []string) error { return cmd.Help() }

// errSilent fails a command that has said why already.
var errSilent = errors.New("failed")

// usageError is a wrong call that cobra cannot see.
type usageError struct{ error }

// cli is one run of the program.
type cli struct {
	environ  []string
	stdin    io.Reader
	out, err io.Writer
	file     string // --config
	started  bool   // the arguments were in order
	showing  bool   // progress stands on the last line
	config   Config
	labels   func() (*classifier.Labeller, error) // made when first asked for
}

func (c *cli) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "marsad",
		Short: "Watch news sources: each event once, clean, classified, searchable",
		Long: `Marsad (مرصد, "observatory") watches news sources and turns what they publish
into one clean, de-duplicated, classified, searchable record.

  marsad run                          watch the sources; pages at http://127.0.0.1:8080
  marsad sources add URL              add a feed, or the best one of a site
  marsad search 'الأمن الغذائي' --lang ar
  marsad ingest article.html          put a document through the line

A command finds a running instance through its data folder and works through
it; without one it opens the data itself.`,
		Version:       versionLine(),
		SilenceErrors: true, SilenceUsage: true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			c.started = true
			return c.load(cmd.Flags())
		},
	}
	flags := root.PersistentFlags()
	flags.StringVar(&c.file, "config", "", "configuration `FILE` (YAML)")
	flags.String("data", "", "data `DIR` (default marsad-data)")
	flags.String("nats", "", "`URL` of a NATS server (default: one inside the process)")
	flags.String("store", "", "`DSN` of the store (default: SQLite in the data folder)")
	flags.String("http", "", "`ADDR` to serve HTTP on (default 127.0.0.1:8080)")
	flags.String("log-level", "", "`LEVEL`: debug, info, warn or error (default info)")
	root.AddCommand(
		c.runCommand(), c.demoCommand(), c.ingestCommand(), c.sourcesCommand(), c.searchCommand(), c.storiesCommand(), c.articleCommand(), c.watchesCommand(), c.auditCommand(),
		c.deadCommand(), c.replayCommand(), c.statusCommand(), c.evalCommand(), c.trainCommand(), c.backupCommand(), c.storeCommand(), c.migrateCommand(), c.keysCommand(), c.configCommand(), c.healthcheckCommand(), c.versionCommand(),
	)
	return root
}
