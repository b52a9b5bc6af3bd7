package story

// similarities is the table of the similarities of all pairs.
func similarities(features []Features) [][]float64 {
	table := make([][]float64, len(features))
	cells := make([]float64, len(features)*len(features))
	for i := range table {
		table[i] = cells[i*len(features) : (i+1)*len(features)]
		table[i][i] = 1
		for j := range i {
			table[i][j] = ofStory(features[i], features[j])
			table[j][i] = table[i][j]
		}
	}
	return table
}

// halves gathers what a table is about into two groups by average linkage: at each
// step the two groups that are most alike on average become one. It says who is in
// the group without the first, and how alike the groups are.
func halves(table [][]float64) (second []bool, across float64) {
	n := len(table)
	between := make([][]float64, n)
	group, size := make([]int, n), make([]float64, n) // group: 0… while alive, who belongs where
	for i := range table {
		between[i] = append([]float64(nil), table[i]...)
		group[i], size[i] = i, 1
	}
	for range n - 2 {
		a, b := mostAlike(between, size)
		for k := range n {
			mean := (size[a]*between[a][k] + size[b]*between[b][k]) / (size[a] + size[b])
			between[a][k], between[k][a] = mean, mean
		}
		size[a], size[b] = size[a]+size[b], 0
		for i, g := range group {
			if g == b {
				group[i] = a
			}
		}
	}
	second = make([]bool, n)
	for i, g := range group {
		if second[i] = g != group[0]; second[i] {
			across = between[group[0]][g]
		}
	}
	return second, across
}

// mostAlike are the two groups, of those that have a size, that are most alike; of
// equal ones the first.
func mostAlike(between [][]float64, size []float64) (a, b int) {
	best := -1.0
	for i := range between {
		if size[i] == 0 {
			continue
		}
		for j := i + 1; j < len(between); j++ {
			if size[j] != 0 && between[i][j] > best {
				a, b, best = i, j, between[i][j]
			}
		}
	}
	return a, b
}

// meanWithin is the average similarity of the pairs of one half; 1 without any.
func meanWithin(table [][]float64, second []bool, half bool) float64 {
	sum, n := 0.0, 0
	for i := range table {
		for j := range i {
			if second[i] == half && second[j] == half {
				sum += table[i][j]
				n++
			}
		}
	}
	if n == 0 {
		return 1
	}
	return sum / float64(n)
}

func trues(of []bool) (n int) {
	for _, b := range of {
		if b {
			n++
		}
	}
	return n
}
