package memory

import "hash/maphash"

// node is a treap: sorted by key, a heap by priority, so that it is balanced without any care. A node never changes once it is
// part of a tree.
type node struct {
	key         string
	rank        uint64
	row         any
	left, right *node
}

var seed = maphash.MakeSeed() // of the ranks, which decide the shape of a tree and nothing else

func (n *node) get(key string) (any, bool) {
	for n != nil {
		switch {
		case key < n.key:
			n = n.left
		case key > n.key:
			n = n.right
		default:
			return n.row, true
		}
	}
	return nil, false
}

// put returns a tree with a row more, or another row for its key.
func (n *node) put(key string, row any) *node {
	return n.insert(&node{key: key, rank: maphash.String(seed, key), row: row})
}

func (n *node) insert(fresh *node) *node {
	switch {
	case n == nil:
		return fresh
	case fresh.key == n.key:
		fresh.left, fresh.right = n.left, n.right
		return fresh
	case fresh.rank > n.rank:
		fresh.left, fresh.right = n.split(fresh.key)
		return fresh
	}
	c := *n
	if fresh.key < n.key {
		c.left = n.left.insert(fresh)
	} else {
		c.right = n.right.insert(fresh)
	}
	return &c
}

// split parts a tree into what is below key and what is above it.
func (n *node) split(key string) (below, above *node) {
	if n == nil {
		return nil, nil
	}
	c := *n
	if n.key < key {
		c.right, above = n.right.split(key)
		return &c, above
	}
	if n.key > key {
		below, c.left = n.left.split(key)
		return below, &c
	}
	return n.left, n.right
}

// del returns a tree without a key.
func (n *node) del(key string) *node {
	switch {
	case n == nil:
		return nil
	case key == n.key:
		return merge(n.left, n.right)
	}
	c := *n
	if key < n.key {
		c.left = n.left.del(key)
	} else {
		c.right = n.right.del(key)
	}
	return &c
}

func merge(a, b *node) *node {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	case a.rank > b.rank:
		c := *a
		c.right = merge(a.right, b)
		return &c
	}
	c := *b
	c.left = merge(a, b.left)
	return &c
}

// up calls fn for keys from `from` on, ascending, until it returns false.
func (n *node) up(from string, fn func(key string, row any) bool) bool {
	if n == nil {
		return true
	}
	if n.key >= from {
		return n.left.up(from, fn) && fn(n.key, n.row) && n.right.up(from, fn)
	}
	return n.right.up(from, fn)
}

// down calls fn for keys below `below`, descending, until it returns false.
func (n *node) down(below string, fn func(key string, row any) bool) bool {
	if n == nil {
		return true
	}
	if n.key < below {
		return n.right.down(below, fn) && fn(n.key, n.row) && n.left.down(below, fn)
	}
	return n.left.down(below, fn)
}
