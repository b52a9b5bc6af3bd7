package body

import "marsad/services/cleaner/boilerplate"

// phrase sorts the kinds of boilerplate by what they tell of the text around.
type phrase uint8

const (
	notPhrase   phrase = iota
	aside              // beside the text: credits, notices, media
	appeal             // between paragraphs: letters, apps, walls
	tool               // before and after: sharing, tags, counters, navigation
	elsewhere          // what else to read
	afterwards         // after the end: comments, rights, sources, the author
	phraseCount = iota
)

var phraseOf = map[boilerplate.Kind]phrase{
	boilerplate.Credit: aside, boilerplate.Notice: aside, boilerplate.Media: aside, boilerplate.Advertisement: aside, boilerplate.Consent: aside,
	boilerplate.Newsletter: appeal, boilerplate.App: appeal, boilerplate.Subscribe: appeal, boilerplate.Follow: appeal, boilerplate.Login: appeal,
	boilerplate.Share: tool, boilerplate.Tags: tool, boilerplate.Views: tool, boilerplate.Navigation: tool, boilerplate.ErrorPage: tool,
	boilerplate.ReadAlso: elsewhere, boilerplate.MostRead: elsewhere,
	boilerplate.Comments: afterwards, boilerplate.Copyright: afterwards, boilerplate.Source: afterwards, boilerplate.End: afterwards, boilerplate.AboutAuthor: afterwards,
}
