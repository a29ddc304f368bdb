"""Abbreviations of Indonesian and English news, by what a full stop after them means.

Collected by hand for this project. All in lower case, without the last full stop.
"""

from ml.text import words

# A name or a number follows: these never end a sentence.
NEVER_ENDS = words(
    # Indonesian: addresses, bodies, forms of company
    "jl jln gg kel kec kab kav ds dsn ds prov kp komp perum rt rw pt cv ud yay "
    # Indonesian: titles, ranks, degrees before a name
    "bpk sdr sdri tn ny nn kh h hj ust ustaz tgk dr drg drh drs dra ir prof jend letjen mayjen brigjen marsda "
    "marsma laksda laksma kol letkol mayor kapt lettu letda serka sertu serda kombes kompol ajun akp akbp "
    "iptu ipda aiptu aipda bripka brigpol pol inf kav purn cpl prada pratu praka sek dept dir "
    # Indonesian: pointers
    "a.n u.p d.a d.h c.q cq lih bdk mis yth a/n u/p "
    # English
    "mr mrs ms mx messrs rev fr hon pres gov sen rep gen lt col maj capt cmdr adm sgt cpl pvt supt insp det mt "
    "ft vs v e.g i.e cf viz approx est "
)

# Words of either language when they begin in lower case: an abbreviation only with a capital.
TITLES_THAT_ARE_WORDS = words(
    "sen rep gen kol mt dir gov hon pol inf kav col rev min prada cape dept det ir st ny ds v"
)

# Only a number after them shows that they are abbreviations: "hal" is also a word, and so is "no".
BEFORE_NUMBER = words(
    "no nos hal hlm pkl tgl rp psl jan feb mar apr jun jul agt ags sep sept okt oct nov des dec vol fig art ch "
    "sec p pp ay bab us$ "
)

# They often end a sentence; a capital after them begins the next.
ENDS_BEFORE_CAPITAL = words(
    "dll dkk dsb dst etc tbk wib wita wit s.h s.e s.t s.pd s.sos s.ip s.kom s.si s.ag s.ked m.h m.m m.t m.si "
    "m.pd m.sc m.hum m.kom m.ag m.a b.a b.sc ph.d sh mh mm msi phd al sp.og sp.pd "
)

# They end a sentence, but a name often follows: only a word that begins sentences ends it.
ENDS_BEFORE_STARTER = words(
    "u.s u.k u.n e.u u.s.a d.c a.m p.m inc ltd co corp jr sr bros st ave blvd rd ed a.s b.c a.d "
)

STARTERS = words(
    "ia dia mereka kami kita saya aku namun tetapi tapi sementara sebab karena menurut kemudian lalu selain "
    "setelah sebelum sebelumnya saat ketika pada di dari dalam untuk dengan hal ini itu tidak akan jika bila "
    "kalau meski meskipun walau adapun sedangkan padahal para seorang sebuah semua hingga sampai sejak selama "
    "kini juga bahkan oleh akibat apa siapa mengapa bagaimana kapan pemerintah presiden polisi perusahaan the "
    "a an he she it they we you i this that these those there here his her its their our my but and or so yet "
    "when while if in on at for from after before since as however meanwhile what who why how where no not "
    "many some most police officials president "
)
# A title is no proof of a new sentence after "U.S.": "U.S. President ..." is one name.
STARTERS -= {"president", "presiden"}
