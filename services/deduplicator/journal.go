package deduplicator

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"marsad/pkg/news"
	"marsad/services/deduplicator/near"
	"marsad/services/deduplicator/story"
)

// step is one change of memory, as an entry of the journal holds it. Any of its
// parts may be missing.
type step struct {
	text   *near.Entry // to recognise copies by
	member *member
	move   *story.Move
}

// member is an original in its story.
type member struct {
	item, story news.ID
	at          time.Time // whole seconds
	features    story.Features
}

var errMalformed = errors.New("an entry of the deduplicator's journal cannot be read: was it written by a newer marsad?")

// An entry is a sequence of parts: a letter, the length of the rest, the rest.
const (
	partText   = 'T'
	partMember = 'S'
	partMove   = 'M'
)

// number gives the text its place in the journal.
func (s *step) number(n int64) {
	if s.text != nil {
		s.text.Number = uint32(n)
	}
}

func (s step) marshal() (entry []byte, err error) {
	if s.text != nil {
		if entry, err = appendPart(entry, partText, s.text.AppendBinary); err != nil {
			return nil, err
		}
	}
	if s.member != nil {
		if entry, err = appendPart(entry, partMember, s.member.AppendBinary); err != nil {
			return nil, err
		}
	}
	if s.move != nil {
		return appendPart(entry, partMove, func(b []byte) ([]byte, error) {
			return appendIDs(b, s.move.Item, s.move.Story)
		})
	}
	return entry, nil
}

func appendPart(entry []byte, name byte, write func([]byte) ([]byte, error)) ([]byte, error) {
	part, err := write(nil)
	if err != nil {
		return nil, err
	}
	return append(binary.AppendUvarint(append(entry, name), uint64(len(part))), part...), nil
}

func unmarshalStep(entry []byte) (s step, err error) {
	for len(entry) > 0 {
		size, n := binary.Uvarint(entry[1:])
		rest := entry[min(len(entry), 1+max(0, n)):]
		if n <= 0 || size > uint64(len(rest)) {
			return step{}, errMalformed
		}
		if err := s.unmarshalPart(entry[0], rest[:size]); err != nil {
			return step{}, fmt.Errorf("%w (%w)", errMalformed, err)
		}
		entry = rest[size:]
	}
	return s, nil
}

func (s *step) unmarshalPart(name byte, part []byte) error {
	switch name {
	case partText:
		s.text = new(near.Entry)
		return s.text.UnmarshalBinary(part)
	case partMember:
		s.member = new(member)
		return s.member.UnmarshalBinary(part)
	case partMove:
		item, in, rest, err := cutIDs(part)
		if err != nil || len(rest) > 0 {
			return errMalformed
		}
		s.move = &story.Move{Item: item, Story: in}
		return nil
	}
	return fmt.Errorf("a part %q", name)
}

func (m *member) AppendBinary(b []byte) ([]byte, error) {
	b, err := appendIDs(b, m.item, m.story)
	if err != nil {
		return nil, err
	}
	return m.features.AppendBinary(binary.AppendVarint(b, m.at.Unix()))
}

func (m *member) UnmarshalBinary(b []byte) (err error) {
	if m.item, m.story, b, err = cutIDs(b); err != nil {
		return err
	}
	at, n := binary.Varint(b)
	if n <= 0 {
		return errMalformed
	}
	m.at = time.Unix(at, 0).UTC()
	return m.features.UnmarshalBinary(b[n:])
}

func appendIDs(b []byte, ids ...news.ID) (_ []byte, err error) {
	for _, id := range ids {
		if b, err = hex.AppendDecode(b, []byte(id)); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func cutIDs(b []byte) (first, second news.ID, rest []byte, err error) {
	const size = 16
	if len(b) < 2*size {
		return "", "", nil, errMalformed
	}
	return news.ID(hex.EncodeToString(b[:size])), news.ID(hex.EncodeToString(b[size : 2*size])), b[2*size:], nil
}
