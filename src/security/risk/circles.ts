/**
 * Where a country is, as far as an address can say: circles that together hold all of it, with the land that lies far
 * off in circles of its own. Computed from the outlines of Natural Earth (1:50 million, public domain), rounded up by a
 * hundred kilometres and more, so that nobody who is in a country is outside of them.
 */
export interface Circle {
  latitude: number
  longitude: number
  /** Kilometres. */
  radius: number
}

/** Each country by its ISO 3166-1 code: latitude, longitude and radius of each circle. */
const TABLE = `
AD 43 2 150; AE 25 54 400; AF 34 68 900; AG 17 -62 200; AI 18 -63 150; AL 41 20 300; AM 40 45 300;
AO -11 18 1100; AQ -78 -67 2050 -72 164 800 -62 -52 500 -74 46 1800 -70 89 950 -70 72 150;
AR -38 -66 2000; AS -14 -171 150; AT 48 13 450; AU -28 134 2250 -55 159 150; AW 13 -70 150; AX 60 20 200;
AZ 40 48 400; BA 44 17 350; BB 13 -60 150; BD 24 90 500; BE 50 4 300; BF 11 -2 600; BG 43 25 400;
BH 26 51 150; BI -3 30 300; BJ 9 2 500; BL 18 -63 150; BM 32 -65 150; BN 4 115 200; BO -16 -64 950;
BR -13 -55 2450; BS 24 -76 600; BT 27 90 300; BW -23 24 700; BY 53 28 500; BZ 17 -89 300;
CA 60 -91 2850 47 -64 1000; CD -4 23 1400; CF 6 21 850; CG -1 15 750; CH 47 8 300; CI 7 -6 550;
CK -21 -160 150; CL -37 -69 2300 -27 -109 150; CM 7 13 800; CN 41 104 2700; CO 4 -71 1100; CR 10 -84 350;
CU 21 -79 700; CV 16 -24 300; CW 12 -69 150; CY 35 33 200; CZ 50 15 400; DE 51 10 600; DJ 12 42 250;
DK 56 12 400; DM 15 -61 150; DO 19 -70 350; DZ 28 2 1250; EC -1 -83 1050; EE 59 25 350; EG 27 31 950;
EH 24 -13 700; ER 15 40 550; ES 36 -8 1400; ET 8 40 950; FI 65 25 750; FJ -17 177 700; FK -52 -59 250;
FM 6 157 800 10 138 150; FO 62 -7 200; FR 45 3 800 4 -54 350 -21 56 200 15 -61 250 -13 45 150;
GA -1 12 500; GB 55 -4 750; GD 12 -62 150; GE 42 43 450; GG 49 -3 150; GH 8 -2 500; GL 72 -42 1500;
GM 13 -15 300; GN 10 -11 550; GQ 2 10 350; GR 38 24 550; GS -56 -32 600; GT 16 -90 400; GU 13 145 150;
GW 12 -15 300; GY 5 -59 550; HK 22 114 150; HM -53 74 150; HN 15 -86 500; HR 44 16 400; HT 19 -73 300;
HU 47 19 400; ID 0 115 2450 -4 134 1100 1 114 700; IE 53 -9 400; IL 31 35 350; IM 54 -5 150;
IN 21 84 1950 7 94 150; IO -7 72 150; IQ 33 44 650; IR 33 54 1300; IS 65 -19 400; IT 42 12 750;
JE 49 -2 150; JM 18 -77 250; JO 31 37 450; JP 35 133 1650; KE 1 38 750; KG 41 75 650; KH 13 105 450;
KI -7 -163 1450 0 172 450 -3 -172 150; KM -12 44 250; KN 17 -63 150; KP 40 128 500; KR 36 128 450;
KW 29 48 250; KY 20 -81 250; KZ 51 67 1600; LA 18 105 700; LB 34 36 250; LC 14 -61 150; LI 47 10 150;
LK 8 80 350; LR 6 -9 400; LS -30 28 250; LT 55 24 350; LU 50 6 200; LV 56 25 350; LY 27 19 1150;
MA 28 -10 1200; MC 44 7 150; MD 47 28 300; ME 43 19 250; MF 18 -63 150; MG -19 47 900; MH 9 169 500;
MK 42 22 250; ML 17 -4 1100; MM 19 98 1200; MN 49 104 1350; MO 22 114 150; MP 16 145 400; MR 21 -11 950;
MS 17 -62 150; MT 36 14 150; MU -20 58 200; MV 4 73 200; MW -13 34 600; MX 25 -102 1800; MY 6 109 1250;
MZ -19 36 1150; NA -21 18 1000; NC -20 164 600; NE 18 8 1050; NF -29 168 150; NG 9 9 850; NI 13 -85 450;
NL 52 5 300 15 -66 550; NO 70 13 1450; NP 28 84 550; NR -1 167 150; NU -19 -170 150;
NZ -44 171 1150 -9 -172 250; OM 22 55 700; PA 9 -80 450; PE -9 -73 1200; PF -15 -144 1000 -10 -139 150;
PG -6 148 1050; PH 13 122 1050; PK 31 69 1100; PL 52 19 550; PM 47 -56 150; PN -24 -128 150;
PR 18 -67 300; PS 32 35 250; PT 41 -19 1200 38 -26 150; PW 5 133 450; PY -24 -59 700; QA 25 51 250;
RO 46 25 500; RS 44 21 400; RU 66 91 4300; RW -2 30 250; SA 25 45 1300; SB -9 161 800; SC -5 55 150;
SD 15 30 1150; SE 62 16 950; SG 1 104 150; SH -16 -6 150 -8 -14 150; SI 46 15 250; SK 49 20 350;
SL 8 -12 300; SM 44 12 150; SN 14 -14 500; SO 5 46 1050; SR 4 -56 400; SS 8 30 800; ST 1 7 250;
SV 14 -89 250; SX 18 -63 150; SY 35 39 550; SZ -27 32 250; TC 22 -72 200; TD 15 17 1050;
TF -49 70 200 -46 52 150; TG 9 1 450; TH 13 101 950; TJ 38 71 500; TL -9 126 350; TM 40 60 800;
TN 34 10 550; TO -20 -174 300; TR 39 35 1000; TT 11 -61 250; TW 24 120 350; TZ -6 35 900; UA 49 31 800;
UG 1 32 550; US 42 -96 2500 58 -160 1950 21 -157 450; UY -32 -56 450; UZ 43 65 900; VA 42 12 150;
VC 13 -61 200; VE 7 -67 900; VG 19 -64 150; VI 18 -65 200; VN 16 105 950; VU -17 169 550; WF -14 -177 250;
WS -14 -172 200; XK 43 21 150; YE 15 49 800; ZA -29 25 1050 -47 38 150; ZM -13 28 850; ZW -19 29 600`

const COUNTRIES: ReadonlyMap<string, readonly Circle[]> = new Map(
  TABLE.split(';').map((entry) => {
    const [code = '', ...numbers] = entry.trim().split(/\s+/)
    return [code, circlesOf(numbers.map(Number))]
  }),
)

function circlesOf(numbers: readonly number[]): Circle[] {
  const circles: Circle[] = []
  for (let at = 0; at + 2 < numbers.length; at += 3) {
    const [latitude = 0, longitude = 0, radius = 0] = numbers.slice(at, at + 3)
    circles.push({ latitude, longitude, radius })
  }
  return circles
}

/** None for what is no country, and for islands that are too small for the table. */
export const circlesOfCountry = (code: string): readonly Circle[] => COUNTRIES.get(code) ?? []
