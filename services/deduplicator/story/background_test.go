package story

import (
	"bytes"
	"fmt"
	"testing"

	"marsad/pkg/text"
)

func TestBackground(t *testing.T) {
	b := background()
	for lang, words := range map[string][2]string{
		"ar": {"من", "زلزال"}, "en": {"the", "earthquake"}, "fr": {"dans", "ouragan"}, "tr": {"bir", "deprem"}, "es": {"para", "terremoto"},
	} {
		idf := func(word string) float32 {
			stem := text.Stem(lang, word)
			return b.idf(b.knows(lang), hashWord(hashSeed(lang), stem), stem)
		}
		if common, rare := idf(words[0]), idf(words[1]); common > 2 || rare < 3 {
			t.Errorf("%s: %s %.1f, %s %.1f", lang, words[0], common, words[1], rare)
		}
	}
	if len(backgroundFile) > 150<<10 {
		t.Errorf("%d bytes", len(backgroundFile))
	}
}

func TestTrainer(t *testing.T) {
	write := func(reversed bool) []byte {
		var trainer Trainer
		for i := range 400 {
			if reversed {
				i = 399 - i
			}
			trainer.Add("xx", "", fmt.Sprintf("always word%d also%d", i%7, i))
			trainer.Add("yy", "", "too few")
		}
		var out bytes.Buffer
		learned, err := trainer.Write(&out)
		if err != nil || len(learned) != 2 || learned[0].Lang != "xx" || learned[0].Sentences != 400 || learned[0].Words != 8 {
			t.Fatalf("%+v, %v", learned, err)
		}
		return out.Bytes()
	}
	file := write(false)
	if !bytes.Equal(file, write(true)) {
		t.Error("the order of texts matters")
	}
	b, err := readBackground(file)
	if err != nil {
		t.Fatal(err)
	}
	hash := func(word string) uint32 { return hashWord(hashSeed("xx"), text.Stem("xx", word)) }
	if always, rare := b.idf(b.knows("xx"), hash("always"), "always"), b.idf(b.knows("xx"), hash("unseen"), "unseen"); always > 0.1 || rare != maxIDF {
		t.Errorf("always %v, unseen %v", always, rare)
	}
	if short := b.idf(b.knows("zz"), hash("ab"), "ab"); short >= maxIDF {
		t.Errorf("a short word of an unknown language: %v", short)
	}
}

func FuzzReadBackground(f *testing.F) {
	f.Add([]byte(backgroundMagic + "\x02ar\x01\x05\x08"))
	f.Add(backgroundFile[:100])
	f.Fuzz(func(_ *testing.T, file []byte) {
		if b, err := readBackground(file); err == nil {
			b.idf(b.knows("ar"), 5, "word")
		}
	})
}
