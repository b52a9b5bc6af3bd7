package story

// postings list which members have a word. Only the recent newest of a list are
// ever read: which they are depends on the order of Adds alone.
type postings struct {
	lists map[uint32][]number
	held  int // numbers in all lists, with room to spare
}

// recent is how many members of a list are read: the cost of a word that all
// articles of a site have is bounded.
const recent = 64

func newPostings() postings { return postings{lists: map[uint32][]number{}} }

// add notes that n has a word. Lists that have grown lose what is never read, even
// after undoing so many Adds.
func (p *postings) add(word uint32, n number, undoable int) {
	list := p.lists[word]
	if keep := recent + undoable; len(list) >= 2*keep {
		kept := make([]number, keep, keep+keep/2)
		copy(kept, list[len(list)-keep:])
		p.held += cap(kept) - cap(list)
		list = kept
	}
	before := cap(list)
	list = appendTight(list, n)
	p.held += cap(list) - before
	p.lists[word] = list
}

// appendTight appends with less room to spare than append, as most lists stay short.
func appendTight(list []number, n number) []number {
	if len(list) == cap(list) {
		grown := make([]number, len(list), len(list)+1+len(list)/2)
		copy(grown, list)
		list = grown
	}
	return append(list, n)
}

// undo takes back the latest add of a word.
func (p *postings) undo(word uint32) {
	list := p.lists[word]
	if len(list) == 1 {
		p.held -= cap(list)
		delete(p.lists, word)
		return
	}
	p.lists[word] = list[:len(list)-1]
}

// read is the newest members that have a word, oldest first.
func (p *postings) read(word uint32) []number {
	list := p.lists[word]
	return list[max(0, len(list)-recent):]
}

// release forgets the members before base.
func (p *postings) release(base number) {
	for word, list := range p.lists {
		dead := 0
		for dead < len(list) && list[dead] < base {
			dead++
		}
		switch {
		case dead == 0:
		case dead == len(list):
			p.held -= cap(list)
			delete(p.lists, word)
		default:
			p.held -= cap(list)
			p.lists[word] = append(make([]number, 0, len(list)-dead), list[dead:]...)
			p.held += len(list) - dead
		}
	}
}

// bytes is about what the lists take: a map entry with its slice, and the numbers.
func (p *postings) bytes() int64 { return 48*int64(len(p.lists)) + 4*int64(p.held) }
