package training

import (
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"

	"marsad/pkg/text/langmodel/sib200"
)

// encodings are those of web pages, with the sentences that are written in them,
// where those become something else altogether when they are read in another.
var encodings = []struct {
	encoding encoding.Encoding
	codes    string
}{
	{charmap.Windows1256, "arb_Arab pes_Arab urd_Arab"},
	{charmap.Windows1251, "rus_Cyrl ukr_Cyrl bul_Cyrl srp_Cyrl"},
	{charmap.Windows1253, "ell_Grek"},
	{charmap.Windows1255, "heb_Hebr"},
	{charmap.Windows874, "tha_Thai"},
	{simplifiedchinese.GB18030, "zho_Hans"},
	{traditionalchinese.Big5, "zho_Hant"},
	{japanese.ShiftJIS, "jpn_Jpan"},
	{japanese.EUCJP, "jpn_Jpan"},
	{korean.EUCKR, "kor_Hang"},
	{encoding.Nop, "arb_Arab rus_Cyrl ell_Grek heb_Hebr tha_Thai zho_Hans jpn_Jpan kor_Hang"}, // UTF-8
	{charmap.Windows1252, ""},
	{charmap.Windows1250, ""},
	{charmap.Windows1254, ""},
}

// misreadEvery says that one of so many sentences is misread, in each way in turn.
const misreadEvery = 2

// misread is the n-th sentence of a corpus in one of its encodings, read in
// another one: what a page with a wrong charset looks like.
func misread(n int, s sib200.Sentence) []string {
	var all []string
	for i, written := range encodings {
		if n%misreadEvery != 0 || !strings.Contains(written.codes, s.Code) {
			continue
		}
		read := encodings[(n/misreadEvery+i)%len(encodings)]
		if read.encoding == written.encoding || read.encoding == encoding.Nop {
			continue
		}
		raw, err := written.encoding.NewEncoder().String(s.Text)
		if err != nil {
			continue // it cannot be written so
		}
		if wrong, err := read.encoding.NewDecoder().String(raw); err == nil {
			all = append(all, strings.ToValidUTF8(wrong, " "))
		}
	}
	return all
}
