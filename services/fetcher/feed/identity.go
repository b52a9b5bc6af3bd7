package feed

import (
	"encoding/binary"
	"hash/fnv"

	"marsad/pkg/news"
	"marsad/pkg/weburl"
)

// A memory is what is remembered of the last poll of a source: of each entry without an
// address the hash of its guid and that of its content, 8 bytes each.
const (
	remembered = 16
	maxMemory  = 500 * remembered
)

// Identify gives each entry its identity: its address; without one its guid; its content
// where the guid is missing, is that of several entries, or was made up anew: an entry
// with the same content had another one at the last poll. memory is what Identify gave
// back at the last poll of the source; any bytes are taken, nil at first. next is to be kept
// for the next poll: at most 8,000 bytes, and none for a feed whose entries have addresses.
func Identify(source news.ID, entries []news.Found, memory []byte) (ids []news.ID, next []byte) {
	if len(entries) == 0 {
		return nil, memory[:min(len(memory), maxMemory)]
	}
	uses := guidUses(entries)
	unstable := changesGUIDs(entries, memory)
	ids = make([]news.ID, len(entries))
	for i := range entries {
		e := &entries[i]
		if e.URL != "" {
			ids[i] = news.ItemID(weburl.IdentityOf(e.URL), source, e.GUID)
			continue
		}
		guid := e.GUID
		if guid == "" || uses[guid] > 1 || unstable {
			guid = "content " + string(contentID(e))
		}
		ids[i] = news.ItemID("", source, guid)
		if len(next) < maxMemory {
			next = binary.LittleEndian.AppendUint64(next, guidMark(e, unstable))
			next = binary.LittleEndian.AppendUint64(next, contentMark(e))
		}
	}
	return ids, next
}

// guidUses counts how many different entries have a guid.
func guidUses(entries []news.Found) map[string]int {
	contents := map[string]uint64{}
	uses := map[string]int{}
	for i := range entries {
		e := &entries[i]
		if e.URL != "" || e.GUID == "" {
			continue
		}
		mark := contentMark(e)
		if before, ok := contents[e.GUID]; !ok || before != mark {
			contents[e.GUID] = mark
			uses[e.GUID]++
		}
	}
	return uses
}

// unstableMark stands for the guids of a feed that makes them up: once seen, it is not
// forgotten, so that identities do not change back.
const unstableMark = 1

// changesGUIDs reports whether a feed makes up guids: of the entries whose content was
// there at the last poll, most have another one.
func changesGUIDs(entries []news.Found, memory []byte) bool {
	known := map[uint64]uint64{}
	for m := memory[:min(len(memory), maxMemory)]; len(m) >= remembered; m = m[remembered:] {
		guid, content := binary.LittleEndian.Uint64(m), binary.LittleEndian.Uint64(m[8:])
		if guid == unstableMark {
			return true
		}
		known[content] = guid
	}
	same, other := 0, 0
	for i := range entries {
		e := &entries[i]
		if e.URL != "" || e.GUID == "" {
			continue
		}
		switch before, ok := known[contentMark(e)]; {
		case !ok || before == 0:
		case before == guidMark(e, false):
			same++
		default:
			other++
		}
	}
	return other > same
}

// contentID identifies an entry by what it says.
func contentID(e *news.Found) news.ID { return news.NewID(e.Title, e.Summary, e.Content) }

func contentMark(e *news.Found) uint64 { return mark(e.Title, e.Summary, e.Content) }

// guidMark is 0 for an entry without guid.
func guidMark(e *news.Found, unstable bool) uint64 {
	switch {
	case unstable:
		return unstableMark
	case e.GUID == "":
		return 0
	}
	return mark(e.GUID)
}

// mark is a hash of texts, and never 0 or unstableMark.
func mark(texts ...string) uint64 {
	h := fnv.New64a()
	for _, text := range texts {
		_, _ = h.Write([]byte(text))
		_, _ = h.Write([]byte{0})
	}
	return max(h.Sum64(), unstableMark+1)
}
