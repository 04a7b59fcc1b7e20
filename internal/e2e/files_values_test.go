package e2e

// valueFiles are read under settings that say what a cell means.
var valueFiles = []fileCase{
	{name: "expect in other case", file: "x.csv", text: "username,custom:tier,expect:email_verified\nann,gold,TRUE\nbob,silver,True\n", after: goldAndSilver},
	{name: "expect of a placeholder", file: "x.csv", flags: "--empty-value NULL", text: "username,custom:tier,expect:custom:tier\nann,gold,NULL\nbob,silver,tin\n", after: goldAndSilver},
	{name: "flag true in capitals already", file: "x.csv", text: "username,email_verified\nann,TRUE\nbob,True\n"},
	{name: "12.0 for a number", file: "x.csv", text: "username,custom:points\nann,12.0\n", after: map[string]string{"ann custom:points": "12.0"}},
	{name: "an empty value that is empty", file: "x.csv", flags: "--empty-value=", text: "username,custom:tier\nann,gold\n", refuses: []string{"--empty-value"}},
	{name: "empty-value in a long file", file: "x.csv", flags: "--empty-value NULL", text: "username,attribute,value\nann,custom:tier,NULL\nann,custom:note,x\n", after: map[string]string{"ann custom:note": "x"}},
	{name: "empty-value as username", file: "x.csv", flags: "--empty-value NULL", text: "username,custom:tier\nNULL,gold\nann,gold\n", fails: map[int]string{2: "username"}, after: map[string]string{"ann custom:tier": "gold"}},
	{name: "strict refuses", file: "x.csv", flags: "--strict", text: "username,custom:tier\nann,NULL\nbob,silver\n", fails: map[int]string{2: "custom:tier"}, after: map[string]string{"bob custom:tier": "silver"}},
	{name: "phone region unknown", file: "x.csv", flags: "--phone-region XX", text: "username,phone_number\nann,0151\n", refuses: []string{"--phone-region"}},
	{name: "phone region word", file: "x.csv", flags: "--phone-region Germany", text: "username,phone_number\nann,0151\n", refuses: []string{"--phone-region"}},
	{name: "phone in expect", file: "x.csv", flags: "--phone-region DE", told: map[string]int{"phone-respelled": 1}, text: "username,phone_number,expect:phone_number\nann,0151 12345678,<delete>\n", after: map[string]string{"ann phone_number": "+4915112345678", "ann phone_number_verified": "false"}},
	{name: "missing users", file: "x.csv", text: "username,custom:tier\nnobody,gold\nann,gold\n", fails: map[int]string{2: ""}, after: map[string]string{"ann custom:tier": "gold"}},
}
