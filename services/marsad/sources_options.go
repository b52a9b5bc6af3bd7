package main

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"marsad/pkg/news"
	"marsad/services/web/api"
)

// sourceFlags are what may be said of a source.
type sourceFlags struct {
	name, publisher, lang, country, every string
	tags                                  []string
	options                               optionFlags
}

func (f *sourceFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.name, "name", "", "name of the source (default: the feed's title, or its host and path)")
	flags.StringVar(&f.publisher, "publisher", "", "who publishes it (default: the domain)")
	flags.StringVar(&f.lang, "lang", "", "language, as ar")
	flags.StringVar(&f.country, "country", "", "country, as MA")
	flags.StringSliceVar(&f.tags, "tag", nil, "tags, as politics or politics/elections")
	flags.StringVar(&f.every, "every", "", "poll it at this `INTERVAL`, as 5m; adaptive (default): as its habit asks")
	f.options.register(flags)
}

// optionFlags are how a source is asked, and what of it is read.
type optionFlags struct {
	headers, keep, drop, secondLooks []string
	cookies, proxy                   string
	quota                            int
	fullContent, ignoreRobots        bool
}

func (f *optionFlags) register(flags *pflag.FlagSet) {
	flags.StringArrayVar(&f.headers, "header", nil, "send this header to the source's domain, as `'NAME: VALUE'`; 'NAME:' takes it away")
	flags.StringVar(&f.cookies, "cookie", "", "cookies sent likewise, as 'a=1; b=2'")
	flags.StringVar(&f.proxy, "proxy", "", "http, https or socks5 `URL` through which it is requested")
	flags.BoolVar(&f.fullContent, "full-content", false, "the feed carries whole articles: their pages are not downloaded")
	flags.StringArrayVar(&f.keep, "keep", nil, "CSS `SELECTOR`: of a page, only what it matches is read")
	flags.StringArrayVar(&f.drop, "drop", nil, "CSS `SELECTOR`: what it matches is not read")
	flags.StringSliceVar(&f.secondLooks, "second-look", nil, "how long after it was found an article is looked at again, as 1h,24h")
	flags.IntVar(&f.quota, "quota", 0, "new items of 24 hours at most; 0: no limit")
	flags.BoolVar(&f.ignoreRobots, "ignore-robots", false, "its publisher allowed what robots.txt does not")
}

// change is what was said, and nothing else.
func (f *optionFlags) change(flags *pflag.FlagSet) (change api.OptionsChange, err error) {
	for _, header := range f.headers {
		name, value, ok := strings.Cut(header, ":")
		if !ok {
			return change, usageError{fmt.Errorf("--header %q: it is written as 'NAME: VALUE'", name)}
		}
		if change.Headers == nil {
			change.Headers = map[string]string{}
		}
		change.Headers[strings.TrimSpace(name)] = strings.TrimSpace(value)
	}
	change.Cookies = said(flags, "cookie", &f.cookies)
	change.Proxy = said(flags, "proxy", &f.proxy)
	change.FullContent = said(flags, "full-content", &f.fullContent)
	change.Keep = saidList(flags, "keep", f.keep)
	change.Drop = saidList(flags, "drop", f.drop)
	change.SecondLooks = saidList(flags, "second-look", f.secondLooks)
	change.Quota = said(flags, "quota", &f.quota)
	change.IgnoreRobots = said(flags, "ignore-robots", &f.ignoreRobots)
	return change, nil
}

// of is known with what was said.
func (f *optionFlags) of(known news.Options, flags *pflag.FlagSet) (news.Options, error) {
	change, err := f.change(flags)
	if err != nil {
		return known, err
	}
	return api.Options(change.Of(known))
}

// change is what was said of a source, and nothing else.
func (f *sourceFlags) change(flags *pflag.FlagSet) (api.SourceChange, error) {
	options, err := f.options.change(flags)
	return api.SourceChange{
		Name: said(flags, "name", &f.name), Publisher: said(flags, "publisher", &f.publisher),
		Lang: said(flags, "lang", &f.lang), Country: said(flags, "country", &f.country),
		Tags: saidList(flags, "tag", f.tags), PollEvery: said(flags, "every", &f.every), Options: &options,
	}, err
}

// said is the value of a flag that was given; nil: it was not.
func said[T any](flags *pflag.FlagSet, name string, value *T) *T {
	if !flags.Changed(name) {
		return nil
	}
	return value
}

// saidList is said of a flag that may be given more than once; empty, it takes all away.
func saidList(flags *pflag.FlagSet, name string, values []string) *[]string {
	if !flags.Changed(name) {
		return nil
	}
	out := []string{}
	for _, value := range values {
		if strings.TrimSpace(value) != "" {
			out = append(out, value)
		}
	}
	return &out
}
