package dates

import "time"

// ummAlQura has a bit for each month of the Hijri years from 1390 on, of the
// calendar of Saudi Arabia: set, the month has 30 days, else 29. The lowest bit is
// Muharram. The calendar is computed ahead for the moon over Mecca (van Gent, "The
// Umm al-Qura Calendar of Saudi Arabia").
var ummAlQura = [...]uint16{
	0xaba, 0x5b4, 0xda9, 0xd52, 0xaa5, 0x92d, 0x26d, 0x8ed, 0x2da, 0xad5, 0xaa5, 0xa4b, 0x497, 0x937, 0x2b6, 0x975,
	0xd69, 0xd52, 0xc95, 0x92b, 0x25b, 0x4db, 0x9d5, 0x5d2, 0xda5, 0xd4a, 0xa95, 0x54d, 0xaad, 0x3aa, 0xbd2, 0xbc4,
	0xb89, 0xa95, 0x52d, 0x5ad, 0xb6a, 0x6d4, 0xdc9, 0xd92, 0xaa6, 0x956, 0x2ae, 0x56d, 0x36a, 0xb55, 0xaaa, 0x94d,
	0x49d, 0x95d, 0x2ba, 0x5b5, 0x5aa, 0xd55, 0xa9a, 0x92e, 0x26e, 0x55d, 0xada, 0x6d4, 0x6a5, 0xb27, 0xa4d, 0x4ad,
	0x56d, 0xb5a, 0x754, 0xf49, 0xe92, 0xd26, 0xa56, 0x356, 0x6b5, 0xbaa, 0xb92, 0xb25, 0x68b, 0xa9b, 0x55a, 0xada,
	0x5b4, 0xda9, 0xb52, 0xa9a, 0x536, 0x276, 0x575, 0xaf2, 0x6d4, 0x6a9, 0x555, 0x2ad, 0x4bd, 0x9ba, 0x574, 0xb69,
	0xb52, 0xa95, 0x52d, 0xa5d, 0x4da, 0xad9, 0x6b2, 0xe95, 0xe2a, 0xc96, 0x92e, 0xaad, 0x56a, 0xd65, 0xd4a, 0xd15, 0x62b,
}

const firstHijriYear = 1390

// firstHijriDay is 1 Muharram 1390.
var firstHijriDay = time.Date(1970, 3, 9, 0, 0, 0, 0, time.UTC)

func fromHijri(year, month, day int) (y, m, d int, ok bool) {
	i := year - firstHijriYear
	if i < 0 || i >= len(ummAlQura) || day > hijriMonth(ummAlQura[i], month)+1 {
		return 0, 0, 0, false // a day more, where the month was longer by sight
	}
	days := day - 1
	for _, months := range ummAlQura[:i] {
		for month := range 12 {
			days += hijriMonth(months, month+1)
		}
	}
	for earlier := 1; earlier < month; earlier++ {
		days += hijriMonth(ummAlQura[i], earlier)
	}
	return civil(firstHijriDay.AddDate(0, 0, days))
}

// hijriMonth is the length of a month of a year of the table.
func hijriMonth(months uint16, month int) int { return 29 + int(months>>(month-1)&1) }

// firstJalaliDay is 1 Farvardin 1300.
var firstJalaliDay = time.Date(1921, 3, 21, 0, 0, 0, 0, time.UTC)

// fromJalali reckons by the cycle of 33 years, 8 of them leap, which agrees with
// the astronomical calendar from 1178 to 1633.
func fromJalali(year, month, day int) (y, m, d int, ok bool) {
	if year < 1300 || year > 1500 || day > jalaliMonth(year, month) {
		return 0, 0, 0, false
	}
	days := day - 1
	for earlier := 1300; earlier < year; earlier++ {
		days += 365
		if jalaliLeap(earlier) {
			days++
		}
	}
	for earlier := 1; earlier < month; earlier++ {
		days += jalaliMonth(year, earlier)
	}
	return civil(firstJalaliDay.AddDate(0, 0, days))
}

func jalaliLeap(year int) bool { return (25*year+11)%33 < 8 }

func jalaliMonth(year, month int) int {
	switch {
	case month <= 6:
		return 31
	case month < 12 || jalaliLeap(year):
		return 30
	}
	return 29
}

func civil(t time.Time) (year, month, day int, ok bool) {
	y, m, d := t.Date()
	return y, int(m), d, true
}
