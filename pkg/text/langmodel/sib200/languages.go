package sib200

import "strings"

// Language is the base language (BCP 47) that a code stands for: "ar" for all
// kinds of Arabic, "zh" for Chinese in both scripts and Cantonese. It is empty
// for the languages that are not told.
func Language(code string) string {
	if lang, ok := languages[code]; ok {
		return lang
	}
	if base, _, _ := strings.Cut(strings.ToLower(code), "-"); len(base) == 2 {
		return base
	}
	return ""
}

// Targets are the codes that matter most: the macro average is over them.
var Targets = strings.Fields(`
	arb_Arab ary_Arab arz_Arab pes_Arab urd_Arab ckb_Arab pbt_Arab snd_Arab uig_Arab heb_Hebr
	eng_Latn fra_Latn spa_Latn por_Latn ita_Latn deu_Latn nld_Latn pol_Latn ces_Latn ron_Latn
	ell_Grek tur_Latn rus_Cyrl ukr_Cyrl bul_Cyrl srp_Cyrl hun_Latn swe_Latn fin_Latn
	hin_Deva ben_Beng tam_Taml tha_Thai vie_Latn ind_Latn zho_Hans zho_Hant jpn_Jpan kor_Hang
	amh_Ethi swh_Latn som_Latn hau_Latn`)

// languages maps the codes of FLORES-200 to what is told of them. Close kin of a
// language that far more news is written in are left out, as they would cost it
// more than they gain: Galician beside Portuguese, Asturian beside Spanish.
var languages = pairs(`
	arb_Arab ar acm_Arab ar acq_Arab ar aeb_Arab ar ajp_Arab ar apc_Arab ar ars_Arab ar ary_Arab ar arz_Arab ar
	pes_Arab fa prs_Arab fa urd_Arab ur ckb_Arab ckb pbt_Arab ps snd_Arab sd uig_Arab ug
	heb_Hebr he ydd_Hebr yi
	rus_Cyrl ru ukr_Cyrl uk bul_Cyrl bg srp_Cyrl sr mkd_Cyrl mk bel_Cyrl be kaz_Cyrl kk kir_Cyrl ky tgk_Cyrl tg
	tat_Cyrl tt bak_Cyrl ba khk_Cyrl mn
	eng_Latn en fra_Latn fr spa_Latn es por_Latn pt ita_Latn it deu_Latn de nld_Latn nl pol_Latn pl ces_Latn cs
	ron_Latn ro tur_Latn tr hun_Latn hu swe_Latn sv fin_Latn fi vie_Latn vi ind_Latn id swh_Latn sw som_Latn so
	hau_Latn ha
	zsm_Latn ms dan_Latn da nob_Latn nb slk_Latn sk hrv_Latn hr slv_Latn sl als_Latn sq lit_Latn lt lvs_Latn lv
	est_Latn et cat_Latn ca eus_Latn eu azj_Latn az tgl_Latn tl isl_Latn is afr_Latn af gle_Latn ga
	cym_Latn cy mlt_Latn mt uzn_Latn uz tuk_Latn tk kmr_Latn ku plt_Latn mg kin_Latn rw yor_Latn yo ibo_Latn ig
	zul_Latn zu gaz_Latn om
	hin_Deva hi mar_Deva mr npi_Deva ne ben_Beng bn asm_Beng as
	ell_Grek el hye_Armn hy kat_Geor ka amh_Ethi am tir_Ethi ti
	tam_Taml ta tel_Telu te kan_Knda kn mal_Mlym ml guj_Gujr gu pan_Guru pa ory_Orya or sin_Sinh si
	tha_Thai th lao_Laoo lo khm_Khmr km mya_Mymr my bod_Tibt bo
	zho_Hans zh zho_Hant zh yue_Hant zh jpn_Jpan ja kor_Hang ko
	tzm_Tfng zgh nqo_Nkoo nqo sat_Olck sat`)

// Strangers are codes of languages that are not told, and far enough from all
// that are to be examples of none of them.
var Strangers = strings.Fields(`
	kab_Latn taq_Latn ewe_Latn fon_Latn bam_Latn mos_Latn dik_Latn nus_Latn lus_Latn kac_Latn quy_Latn ayr_Latn
	grn_Latn smo_Latn mri_Latn fij_Latn wol_Latn lin_Latn lua_Latn twi_Latn kbp_Latn arb_Latn`)

func pairs(table string) map[string]string {
	m := map[string]string{}
	fields := strings.Fields(table)
	for i := 0; i+1 < len(fields); i += 2 {
		m[fields[i]] = fields[i+1]
	}
	return m
}
