package cleaner

import "errors"

// Why a page does not become an article. The list is closed: reasons are metric
// labels. All but ReasonPanic are drops: the page is no news, for good.
const (
	ReasonEmpty     = "empty"      // the document has no bytes but white space
	ReasonNotHTML   = "not_html"   // a feed, an image, JSON or the like, given as a page
	ReasonNotText   = "not_text"   // a PDF, a picture or the like, given as a text
	ReasonNoText    = "no_text"    // no text could be found in it
	ReasonTooShort  = "too_short"  // a few words, and nothing says that they are an article
	ReasonListing   = "listing"    // a page that leads to articles
	ReasonVideoOnly = "video_only" // a video with hardly a caption
	ReasonLoginWall = "login_wall" // a form to log in stands where the text should
	ReasonErrorPage = "error_page" // it says that there is no such page
	ReasonPanic     = "panic"      // a defect of ours or of a library: worth a look
)

// What Clean returns, possibly wrapped: test with errors.Is, or ask Reason.
var (
	ErrEmpty     = errors.New("the document is empty")
	ErrNotHTML   = errors.New("the document is not HTML")
	ErrNotText   = errors.New("the document is no text: a PDF, a picture, a program")
	ErrNoText    = errors.New("the document holds no text")
	ErrTooShort  = errors.New("the text is too short for an article")
	ErrListing   = errors.New("the page is a list of articles")
	ErrVideoOnly = errors.New("the page shows a video and no article")
	ErrLoginWall = errors.New("the page wants a login")
	ErrErrorPage = errors.New("the page says that there is no such page")
	ErrPanic     = errors.New("cleaning panicked")
)

// Reasons maps every error of Clean to its reason.
var Reasons = map[error]string{
	ErrEmpty:     ReasonEmpty,
	ErrNotHTML:   ReasonNotHTML,
	ErrNotText:   ReasonNotText,
	ErrNoText:    ReasonNoText,
	ErrTooShort:  ReasonTooShort,
	ErrListing:   ReasonListing,
	ErrVideoOnly: ReasonVideoOnly,
	ErrLoginWall: ReasonLoginWall,
	ErrErrorPage: ReasonErrorPage,
	ErrPanic:     ReasonPanic,
}

// Reason is the reason of an error that Clean returned; empty for any other.
func Reason(err error) string {
	for sentinel, reason := range Reasons {
		if errors.Is(err, sentinel) {
			return reason
		}
	}
	return ""
}
