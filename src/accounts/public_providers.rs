//! Where anybody can get an address.
//!
//! A list of our own. Those that go round, and the crate that is made of them (`email_provider_validator`), hold
//! thousands of domains that were gathered years ago: many are some company's today, which could not be told why
//! its own domain is refused. Here stands a domain only where a provider gives out addresses to everybody: the
//! large ones with their domains in each country, and what many people of a country have from its own providers
//! and networks.

/// Whose, or where; and the domains in byte order.
const PUBLIC_PROVIDERS: [(&str, &str); 30] = [
    ("Google", "gmail.com googlemail.com"),
    (
        "Microsoft: Hotmail",
        "hotmail.be hotmail.ca hotmail.ch hotmail.co.jp hotmail.co.nz hotmail.co.th hotmail.co.uk hotmail.co.za \
         hotmail.com hotmail.com.ar hotmail.com.au hotmail.com.br hotmail.com.mx hotmail.com.tr hotmail.de hotmail.dk \
         hotmail.es hotmail.fi hotmail.fr hotmail.gr hotmail.it hotmail.nl hotmail.no hotmail.se",
    ),
    (
        "Microsoft: Live",
        "live.at live.be live.ca live.cl live.cn live.co.uk live.co.za live.com live.com.ar live.com.au live.com.mx \
         live.com.pt live.de live.dk live.fi live.fr live.ie live.in live.it live.jp live.nl live.no live.ru live.se \
         msn.com windowslive.com",
    ),
    (
        "Microsoft: Outlook",
        "outlook.at outlook.be outlook.cl outlook.co.id outlook.co.th outlook.com outlook.com.ar outlook.com.au \
         outlook.com.br outlook.com.gr outlook.com.tr outlook.com.vn outlook.cz outlook.de outlook.dk outlook.es \
         outlook.fr outlook.hu outlook.ie outlook.in outlook.it outlook.jp outlook.kr outlook.lv outlook.my outlook.ph \
         outlook.pt outlook.sa outlook.sg outlook.sk",
    ),
    (
        "Yahoo",
        "myyahoo.com rocketmail.com yahoo.at yahoo.be yahoo.ca yahoo.ch yahoo.cl yahoo.co.id yahoo.co.in yahoo.co.jp \
         yahoo.co.nz yahoo.co.th yahoo.co.uk yahoo.co.za yahoo.com yahoo.com.ar yahoo.com.au yahoo.com.br yahoo.com.co \
         yahoo.com.hk yahoo.com.mx yahoo.com.my yahoo.com.ph yahoo.com.sg yahoo.com.tr yahoo.com.tw yahoo.com.vn yahoo.cz \
         yahoo.de yahoo.dk yahoo.es yahoo.fi yahoo.fr yahoo.gr yahoo.hu yahoo.ie yahoo.in yahoo.it yahoo.nl yahoo.no \
         yahoo.pl yahoo.pt yahoo.ro yahoo.se ymail.com",
    ),
    ("AOL", "aim.com aol.co.uk aol.com aol.de aol.fr aol.it"),
    ("Apple", "icloud.com mac.com me.com"),
    (
        "GMX",
        "gmx.at gmx.ch gmx.co.uk gmx.com gmx.de gmx.es gmx.eu gmx.fr gmx.it gmx.net gmx.org gmx.us",
    ),
    (
        "Yandex",
        "ya.ru yandex.by yandex.com yandex.com.tr yandex.kz yandex.ru yandex.ua",
    ),
    (
        "everywhere",
        "email.com fastmail.com fastmail.fm hushmail.com inbox.com mail.com mailbox.org mailfence.com pm.me posteo.de \
         posteo.net proton.me protonmail.ch protonmail.com runbox.com tuta.com tuta.io tutamail.com tutanota.com \
         tutanota.de zoho.com zohomail.com zohomail.eu",
    ),
    ("Germany", "arcor.de freenet.de t-online.de web.de"),
    (
        "Austria, Switzerland",
        "aon.at bluewin.ch chello.at hispeed.ch",
    ),
    (
        "France",
        "bbox.fr free.fr laposte.net neuf.fr numericable.fr orange.fr sfr.fr wanadoo.fr",
    ),
    (
        "Belgium, Netherlands",
        "hetnet.nl home.nl kpnmail.nl planet.nl skynet.be telenet.be upcmail.nl xs4all.nl ziggo.nl",
    ),
    (
        "United Kingdom, Ireland",
        "blueyonder.co.uk btinternet.com eircom.net ntlworld.com talktalk.net virginmedia.com",
    ),
    (
        "Italy",
        "alice.it email.it inwind.it iol.it libero.it tin.it tiscali.it virgilio.it",
    ),
    ("Spain, Portugal", "sapo.pt telefonica.net terra.es"),
    (
        "Denmark, Finland, Norway, Sweden",
        "bredband.net comhem.se elisanet.fi kolumbus.fi luukku.com mail.dk online.no",
    ),
    ("Poland", "interia.pl o2.pl onet.pl op.pl tlen.pl wp.pl"),
    (
        "Czechia, Slovakia, Hungary",
        "azet.sk centrum.cz centrum.sk citromail.hu email.cz freemail.hu post.cz seznam.cz",
    ),
    (
        "Bulgaria, Croatia, Greece, Slovenia",
        "abv.bg mail.bg net.hr otenet.gr siol.net",
    ),
    (
        "Estonia, Latvia, Lithuania",
        "hot.ee inbox.lt inbox.lv mail.ee",
    ),
    (
        "Russia, Ukraine",
        "bk.ru i.ua inbox.ru list.ru mail.ru meta.ua rambler.ru ukr.net",
    ),
    ("Israel, Turkey", "mynet.com walla.co.il walla.com"),
    (
        "China, Taiwan",
        "126.com 139.com 163.com 188.com 189.cn 21cn.com aliyun.com foxmail.com hinet.net qq.com sina.cn sina.com \
         sohu.com vip.163.com vip.qq.com vip.sina.com wo.cn yeah.net",
    ),
    (
        "Japan, Korea",
        "daum.net docomo.ne.jp ezweb.ne.jp hanmail.net kakao.com nate.com naver.com nifty.com softbank.ne.jp",
    ),
    ("India", "rediffmail.com"),
    (
        "United States, Canada",
        "att.net bellsouth.net comcast.net cox.net earthlink.net juno.com netzero.net optonline.net roadrunner.com \
         sbcglobal.net sympatico.ca verizon.net videotron.ca",
    ),
    (
        "Argentina, Brazil, Mexico",
        "bol.com.br fibertel.com.ar ig.com.br prodigy.net.mx terra.com.br uol.com.br",
    ),
    (
        "Australia, New Zealand, South Africa",
        "bigpond.com bigpond.net.au iinet.net.au mweb.co.za optusnet.com.au telkomsa.net webmail.co.za xtra.co.nz",
    ),
];

/// Whether anybody can get an address at `domain`, an A-label in lower case.
pub(super) fn is_public_provider(domain: &str) -> bool {
    domains().any(|public| public == domain)
}

fn domains() -> impl Iterator<Item = &'static str> {
    PUBLIC_PROVIDERS
        .iter()
        .flat_map(|(_, domains)| domains.split(' '))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::Domain;
    use super::{PUBLIC_PROVIDERS, domains, is_public_provider};

    #[test]
    fn each_stands_once_in_order_as_it_is_compared() {
        for (whose, domains) in PUBLIC_PROVIDERS {
            assert!(domains.split(' ').is_sorted(), "{whose}");
        }
        for domain in domains() {
            assert_eq!(Domain::parse(domain).unwrap().as_str(), domain);
        }
        assert_eq!(domains().collect::<HashSet<_>>().len(), domains().count());
    }

    #[test]
    fn the_large_ones_are_known_in_each_of_their_countries_and_countries_by_their_own() {
        let public = "yahoo.co.uk yahoo.co.jp yahoo.fr hotmail.fr outlook.de live.nl gmx.ch yandex.com.tr ya.ru t-online.de \
                      orange.fr laposte.net libero.it seznam.cz wp.pl naver.com uol.com.br comcast.net bigpond.com";
        for domain in public.split(' ') {
            assert!(is_public_provider(domain), "{domain}");
        }
        // The companies themselves, and what only begins or ends like one of the list.
        let others = "google.com yahooinc.com microsoft.com telekom.de acme.web.de gmx.example acme.example gmail.com.example";
        for domain in others.split(' ') {
            assert!(!is_public_provider(domain), "{domain}");
        }
    }
}
