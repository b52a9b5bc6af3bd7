package feed

import (
	"cmp"
	"encoding/binary"
	"hash/fnv"

	"marsad/pkg/news"
	"marsad/pkg/weburl"
)

// A memory is what is remembered of the last poll of a source: of each entry that is
// not known by its address the hash of its guid and that of its content, 8 bytes each;
// of each address that entries share, sharedMark and its hash.
const (
	remembered = 16
	maxMemory  = 500 * remembered
	maxShared  = 100 * remembered // of it, for shared addresses
)

// Identify gives each entry its identity: its address; without one its guid; its content
// where the guid is missing, is that of several entries, or was made up anew: an entry
// with the same content had another one at the last poll. Where an address is that of
// several entries, as of the posts of a live blog, it is address and guid, or title, from
// then on. memory is what Identify gave back at the last poll of the source; any bytes are
// taken, nil at first. next is to be kept for the next poll: at most 8,000 bytes, and none
// for a feed whose entries have addresses of their own.
func Identify(source news.ID, entries []news.Found, memory []byte) (ids []news.ID, next []byte) {
	memory = memory[:min(len(memory), maxMemory)]
	if len(entries) == 0 {
		return nil, memory
	}
	r := reading{entries: entries, addresses: addresses(entries)}
	r.shared, next = sharedBefore(memory, r.addresses, sharedNow(entries, r.addresses))
	uses := r.guidUses()
	unstable := r.changesGUIDs(memory)
	ids = make([]news.ID, len(entries))
	for i := range entries {
		e := &entries[i]
		if !r.byGUID(i) {
			ids[i] = news.ItemID(r.addresses[i], source, e.GUID)
			continue
		}
		doubtful := e.GUID == "" || uses[r.guid(i)] > 1 || unstable
		switch {
		case e.URL != "" && doubtful:
			ids[i] = news.NewID("shared address", r.addresses[i], "title", e.Title)
		case e.URL != "":
			ids[i] = news.NewID("shared address", r.addresses[i], "guid", e.GUID)
		case doubtful:
			ids[i] = news.ItemID("", source, "content "+string(contentID(e)))
		default:
			ids[i] = news.ItemID("", source, e.GUID)
		}
		if len(next) < maxMemory {
			next = binary.LittleEndian.AppendUint64(next, guidMark(e, unstable))
			next = binary.LittleEndian.AppendUint64(next, contentMark(e))
		}
	}
	return ids, next
}

// reading is what one reading of a feed gave.
type reading struct {
	entries   []news.Found
	addresses []string        // the identities of their addresses; empty where there is none
	shared    map[string]bool // those of several entries
}

// byGUID reports whether an entry is not known by its address alone.
func (r reading) byGUID(i int) bool { return r.addresses[i] == "" || r.shared[r.addresses[i]] }

// guid is the guid of an entry, among those at the same address.
func (r reading) guid(i int) [2]string { return [2]string{r.addresses[i], r.entries[i].GUID} }

func addresses(entries []news.Found) []string {
	list := make([]string, len(entries))
	for i := range entries {
		if entries[i].URL != "" {
			list[i] = weburl.IdentityOf(entries[i].URL)
		}
	}
	return list
}

// sharedNow returns the addresses that several entries of one reading have, in their
// order. Entries differ if both titles and guids do: the same article can be listed
// twice, under another guid, or with another title later.
func sharedNow(entries []news.Found, addresses []string) (shared []string) {
	type seen struct {
		title, guid   string
		titles, guids bool // there is more than one
	}
	groups := map[string]*seen{}
	for i, address := range addresses {
		e := &entries[i]
		guid := cmp.Or(e.GUID, e.Title)
		g, ok := groups[address]
		switch {
		case address == "":
			continue
		case !ok:
			groups[address] = &seen{title: e.Title, guid: guid}
			continue
		case g.titles && g.guids:
			continue
		}
		g.titles, g.guids = g.titles || e.Title != g.title, g.guids || guid != g.guid
		if g.titles && g.guids {
			shared = append(shared, address)
		}
	}
	return shared
}

// sharedBefore adds those addresses that were shared in earlier readings, so that the last
// entry of a group stays what it was. next remembers them, those of now first.
func sharedBefore(memory []byte, addresses, now []string) (shared map[string]bool, next []byte) {
	shared = make(map[string]bool, len(now))
	kept := map[uint64]bool{}
	keep := func(mark uint64) {
		if !kept[mark] && len(next) < maxShared {
			next = binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(next, sharedMark), mark)
			kept[mark] = true
		}
	}
	for _, address := range now {
		shared[address] = true
		keep(mark(address))
	}
	known := map[uint64]bool{}
	for m := memory; len(m) >= remembered; m = m[remembered:] {
		if binary.LittleEndian.Uint64(m) == sharedMark {
			known[binary.LittleEndian.Uint64(m[8:])] = true
			keep(binary.LittleEndian.Uint64(m[8:]))
		}
	}
	for _, address := range addresses {
		if len(known) > 0 && address != "" && known[mark(address)] {
			shared[address] = true
		}
	}
	return shared, next
}

// guidUses counts how many different entries have a guid.
func (r reading) guidUses() map[[2]string]int {
	contents := map[[2]string]uint64{}
	uses := map[[2]string]int{}
	for i := range r.entries {
		e := &r.entries[i]
		if !r.byGUID(i) || e.GUID == "" {
			continue
		}
		guid, mark := r.guid(i), contentMark(e)
		if before, ok := contents[guid]; !ok || before != mark {
			contents[guid] = mark
			uses[guid]++
		}
	}
	return uses
}

// unstableMark stands for the guids of a feed that makes them up: once seen, it is not
// forgotten, so that identities do not change back.
const unstableMark = 1

// sharedMark stands before addresses that entries share.
const sharedMark = 2

// changesGUIDs reports whether a feed makes up guids: of the entries whose content was
// there at the last poll, most have another one.
func (r reading) changesGUIDs(memory []byte) bool {
	known := map[uint64]uint64{}
	for m := memory; len(m) >= remembered; m = m[remembered:] {
		guid, content := binary.LittleEndian.Uint64(m), binary.LittleEndian.Uint64(m[8:])
		switch guid {
		case unstableMark:
			return true
		case sharedMark:
		default:
			known[content] = guid
		}
	}
	same, other := 0, 0
	for i := range r.entries {
		e := &r.entries[i]
		if !r.byGUID(i) || e.GUID == "" {
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

// mark is a hash of texts, and never 0, unstableMark or sharedMark.
func mark(texts ...string) uint64 {
	h := fnv.New64a()
	for _, text := range texts {
		_, _ = h.Write([]byte(text))
		_, _ = h.Write([]byte{0})
	}
	return max(h.Sum64(), sharedMark+1)
}
