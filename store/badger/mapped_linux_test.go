package badger

import "testing"

func TestMappingsOfADirectory(t *testing.T) {
	const line = "7f0000000000-7f0000200000 rw-s 00000000 fe:00 4711                       /var/lib/rouse store/data/000001.sst"
	from, size, ok := mappedBelow(line, "/var/lib/rouse store/")
	if !ok || from != 0x7f0000000000 || size != 0x200000 {
		t.Errorf("%x, %x, %v", from, size, ok)
	}
	for _, other := range []string{
		"7f0000000000-7f0000200000 rw-p 00000000 00:00 0",
		"7f0000000000-7f0000200000 rw-s 00000000 fe:00 4711 /var/lib/rouse store2/data/000001.sst",
		"zz-7f0000200000 rw-s 00000000 fe:00 4711 /var/lib/rouse store/data/000001.sst",
		"",
	} {
		if _, _, ok := mappedBelow(other, "/var/lib/rouse store"); ok {
			t.Errorf("%q is taken for a file of the store", other)
		}
	}
	forgetFiles(t.TempDir()) // nothing mapped, nothing done
}
