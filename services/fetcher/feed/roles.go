package feed

import (
	"strings"

	"marsad/services/fetcher/feed/markup"
)

// role says how the rewriting treats an element.
type role uint8

const (
	roleOther   role = iota
	roleText         // a text with markup: set aside
	roleAddress      // its text is an address
	rolePerson
)

// roles are those of elements, under the names of spaces.
var roles = map[string]role{
	"title": roleText, "description": roleText, "summary": roleText, "content": roleText, "subtitle": roleText, "tagline": roleText,
	"info": roleText, "rights": roleText, "copyright": roleText, "abstract": roleText, "fullitem": roleText, "body": roleText,
	"xhtml:body": roleText, "xhtml:div": roleText, "content:encoded": roleText, "dc:title": roleText, "dc:description": roleText, "dc:rights": roleText,
	"dcterms:title": roleText, "dcterms:abstract": roleText, "media:title": roleText, "media:description": roleText,
	"itunes:summary": roleText, "itunes:subtitle": roleText, "itunes:title": roleText, "prodlink": roleText, "encoded": roleText,

	"link": roleAddress, "id": roleAddress, "guid": roleAddress, "uri": roleAddress, "url": roleAddress, "homepage": roleAddress,
	"comments": roleAddress, "docs": roleAddress, "icon": roleAddress, "logo": roleAddress, "atom:link": roleAddress, "itunes:link": roleAddress,

	"author": rolePerson, "contributor": rolePerson, "managingeditor": rolePerson, "webmaster": rolePerson, "publisher": rolePerson,
	"dc:creator": rolePerson, "dc:author": rolePerson, "dc:contributor": rolePerson, "itunes:author": rolePerson, "dc:publisher": rolePerson,
}

func roleOf(name string) role { return roles[name] }

// nativeRSS are the elements of RSS that the parser is given under their names.
var nativeRSS = set("rss rdf channel item title link description author category guid enclosure source comments image url " +
	"textinput name cloud ttl skiphours hour skipdays day language managingeditor webmaster generator docs copyright width height")

// nativeAtom are those of Atom.
var nativeAtom = set("feed entry title id subtitle tagline link generator icon logo rights copyright contributor author category summary " +
	"source name email uri url homepage")

func set(names string) map[string]bool {
	m := map[string]bool{}
	for name := range strings.FieldsSeq(names) {
		m[name] = true
	}
	return m
}

// defaultType is the type of a text that does not say.
func defaultType(name string, format Format) string {
	switch name {
	case "description", "content:encoded", "encoded", "fullitem", "dc:description", "abstract", "dcterms:abstract", "media:description":
		return htmlText
	case "body", "xhtml:body", "xhtml:div":
		return xhtmlText
	case "content":
		if format != Atom {
			return htmlText
		}
	}
	return plainText
}

// versionOf names the version of a feed as the Universal Feed Parser does.
func (s *skeleton) versionOf(t markup.Token) string {
	version, _ := t.Value("version")
	switch s.format {
	case CDF:
		return "cdf"
	case Atom:
		return s.versionOfAtom(string(version))
	case RDF:
		for _, b := range s.bindings {
			if b.known == "" && strings.HasSuffix(b.uri, "/rss/1.0/") {
				return "rss10"
			} else if strings.Contains(b.uri, "simple/0.9") {
				return "rss090"
			}
		}
		return "rss"
	}
	switch v := strings.TrimSpace(string(version)); {
	case v == "0.91":
		return "rss091u"
	case v == "0.92", v == "0.93", v == "0.94":
		return "rss0" + v[2:]
	case strings.HasPrefix(v, "2."):
		return "rss20"
	}
	return "rss"
}

func (s *skeleton) versionOfAtom(version string) string {
	for _, b := range s.bindings {
		switch {
		case strings.EqualFold(b.uri, "http://www.w3.org/2005/Atom"):
			return "atom10"
		case strings.Contains(b.uri, "purl.org/atom/ns"):
			return "atom03"
		}
	}
	if strings.TrimSpace(version) == "0.3" {
		return "atom03"
	}
	return "atom"
}
