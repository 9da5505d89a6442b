//! The tables: paths of Adobe's field groups, types of events.

use super::{Deed, Words};

pub(super) const fn words(english: &'static str, korean: &'static str) -> Words {
    Words { english, korean }
}

const fn deed(
    past: &'static str,
    base: &'static str,
    events: &'static str,
    korean: &'static str,
    korean_event: &'static str,
) -> Deed {
    Deed {
        past,
        base,
        events,
        korean,
        korean_event,
    }
}

/// Of the profile.
pub(super) const PROFILE: &[(&str, Words)] = &[
    ("person.name", words("name", "이름 정보")),
    ("person.name.firstName", words("first name", "이름")),
    ("person.name.lastName", words("last name", "성")),
    ("person.name.fullName", words("full name", "성명")),
    ("person.gender", words("gender", "성별")),
    ("person.birthDate", words("date of birth", "생년월일")),
    ("person.birthYear", words("year of birth", "출생 연도")),
    ("person.birthDayAndMonth", words("birthday", "생일")),
    ("person.maritalStatus", words("marital status", "혼인 상태")),
    ("person.nationality", words("nationality", "국적")),
    ("homeAddress.country", words("home country", "거주 국가")),
    (
        "homeAddress.countryCode",
        words("home country code", "거주 국가 코드"),
    ),
    ("homeAddress.city", words("home city", "거주 도시")),
    ("homeAddress.state", words("home state", "거주 시·도")),
    (
        "homeAddress.stateProvince",
        words("home state or province", "거주 주·도"),
    ),
    (
        "homeAddress.postalCode",
        words("home postal code", "거주지 우편번호"),
    ),
    ("homeAddress.street1", words("home street", "거주지 도로명")),
    ("workAddress.country", words("work country", "직장 국가")),
    (
        "workAddress.countryCode",
        words("work country code", "직장 국가 코드"),
    ),
    ("workAddress.city", words("work city", "직장 도시")),
    (
        "workAddress.postalCode",
        words("work postal code", "직장 우편번호"),
    ),
    (
        "mailingAddress.country",
        words("mailing country", "우편 수신 국가"),
    ),
    ("mailingAddress.city", words("mailing city", "우편 수신 도시")),
    ("billingAddress.country", words("billing country", "청구지 국가")),
    (
        "personalEmail.address",
        words("personal e-mail address", "개인 이메일 주소"),
    ),
    (
        "workEmail.address",
        words("work e-mail address", "회사 이메일 주소"),
    ),
    ("mobilePhone.number", words("mobile number", "휴대전화 번호")),
    ("homePhone.number", words("home phone number", "집 전화번호")),
    ("workPhone.number", words("work phone number", "회사 전화번호")),
    ("organizations", words("list of organisations", "소속 조직")),
    ("preferredLanguage", words("preferred language", "선호 언어")),
    ("timeZone", words("time zone", "시간대")),
    ("loyalty.points", words("loyalty point balance", "로열티 포인트")),
    ("loyalty.tier", words("loyalty tier", "로열티 등급")),
    ("loyalty.status", words("loyalty status", "로열티 상태")),
    ("loyalty.program", words("loyalty program", "로열티 프로그램")),
    ("loyalty.loyaltyID", words("loyalty number", "로열티 회원 번호")),
    ("loyalty.joinDate", words("loyalty join date", "로열티 가입일")),
    (
        "loyalty.pointsExpiration",
        words("number of expiring loyalty points", "소멸 예정 포인트"),
    ),
    (
        "consents.marketing.email.val",
        words("consent to marketing e-mail", "마케팅 이메일 수신 동의"),
    ),
    (
        "consents.marketing.sms.val",
        words("consent to marketing text messages", "마케팅 문자 수신 동의"),
    ),
    (
        "consents.marketing.push.val",
        words("consent to marketing push messages", "마케팅 푸시 수신 동의"),
    ),
    (
        "consents.marketing.any.val",
        words("consent to any marketing", "마케팅 전체 수신 동의"),
    ),
];

/// Of an event.
pub(super) const EVENT: &[(&str, Words)] = &[
    ("eventType", words("type", "유형")),
    ("timestamp", words("time", "발생 시각")),
    ("_id", words("id", "ID")),
    ("commerce.order.priceTotal", words("order total", "주문 금액")),
    (
        "commerce.order.currencyCode",
        words("order currency", "주문 통화"),
    ),
    ("commerce.order.purchaseID", words("order number", "주문 번호")),
    (
        "commerce.purchases.value",
        words("number of purchases", "구매 수량"),
    ),
    ("productListItems", words("product list", "상품 목록")),
    (
        "productListItems.SKU",
        words("list of product SKUs", "상품 SKU 목록"),
    ),
    (
        "productListItems.name",
        words("list of product names", "상품 이름 목록"),
    ),
    (
        "productListItems.priceTotal",
        words("list of product totals", "상품별 금액 목록"),
    ),
    (
        "productListItems.quantity",
        words("list of product quantities", "상품별 수량 목록"),
    ),
    ("web.webPageDetails.name", words("page name", "페이지 이름")),
    ("web.webPageDetails.URL", words("page address", "페이지 주소")),
    (
        "web.webPageDetails.siteSection",
        words("site section", "사이트 영역"),
    ),
    (
        "web.webReferrer.URL",
        words("referring address", "유입 페이지 주소"),
    ),
    (
        "web.webInteraction.name",
        words("name of what was clicked", "클릭 대상 이름"),
    ),
    ("device.type", words("device type", "기기 유형")),
    ("device.model", words("device model", "기기 모델")),
    (
        "environment.operatingSystem",
        words("operating system", "운영 체제"),
    ),
    ("environment.browserDetails.name", words("browser", "브라우저")),
    (
        "placeContext.geo.countryCode",
        words("country of the place", "발생 국가"),
    ),
    ("placeContext.geo.city", words("city of the place", "발생 도시")),
    ("channel.typeAtSource", words("channel", "채널")),
    ("marketing.trackingCode", words("tracking code", "추적 코드")),
    ("marketing.campaignName", words("campaign name", "캠페인 이름")),
    ("application.name", words("app name", "앱 이름")),
];

/// What people do.
pub(super) const EVENT_TYPES: &[(&str, Deed)] = &[
    (
        "commerce.purchases",
        deed("bought", "buy", "purchases", "구매", "구매"),
    ),
    (
        "commerce.checkouts",
        deed(
            "began a checkout",
            "begin a checkout",
            "checkouts",
            "결제를 시작",
            "결제 시작",
        ),
    ),
    (
        "commerce.productViews",
        deed(
            "viewed a product",
            "view a product",
            "product views",
            "상품을 조회",
            "상품 조회",
        ),
    ),
    (
        "commerce.productListAdds",
        deed(
            "put a product in the cart",
            "put a product in the cart",
            "additions to the cart",
            "장바구니에 상품을 추가",
            "장바구니 추가",
        ),
    ),
    (
        "commerce.productListRemovals",
        deed(
            "took a product out of the cart",
            "take a product out of the cart",
            "removals from the cart",
            "장바구니에서 상품을 삭제",
            "장바구니 삭제",
        ),
    ),
    (
        "commerce.productListOpens",
        deed(
            "started a cart",
            "start a cart",
            "new carts",
            "장바구니를 생성",
            "장바구니 생성",
        ),
    ),
    (
        "commerce.productListViews",
        deed(
            "viewed the cart",
            "view the cart",
            "cart views",
            "장바구니를 조회",
            "장바구니 조회",
        ),
    ),
    (
        "commerce.productListReopens",
        deed(
            "came back to an abandoned cart",
            "come back to an abandoned cart",
            "reopened carts",
            "중단한 장바구니를 재개",
            "장바구니 재개",
        ),
    ),
    (
        "commerce.saveForLaters",
        deed(
            "saved a product for later",
            "save a product for later",
            "products saved for later",
            "상품을 나중을 위해 저장",
            "나중을 위한 저장",
        ),
    ),
    (
        "web.webpagedetails.pageViews",
        deed(
            "viewed a page",
            "view a page",
            "page views",
            "페이지를 조회",
            "페이지 조회",
        ),
    ),
    (
        "web.webinteraction.linkClicks",
        deed(
            "clicked a link",
            "click a link",
            "link clicks",
            "링크를 클릭",
            "링크 클릭",
        ),
    ),
    (
        "web.formFilledOut",
        deed(
            "filled out a form",
            "fill out a form",
            "filled-out forms",
            "양식을 작성",
            "양식 작성",
        ),
    ),
    (
        "userAccount.login",
        deed("logged in", "log in", "logins", "로그인", "로그인"),
    ),
    (
        "userAccount.logout",
        deed("logged out", "log out", "logouts", "로그아웃", "로그아웃"),
    ),
    (
        "userAccount.createProfile",
        deed(
            "created an account",
            "create an account",
            "new accounts",
            "계정을 생성",
            "계정 생성",
        ),
    ),
    (
        "directMarketing.emailOpened",
        deed(
            "opened an e-mail",
            "open an e-mail",
            "opened e-mails",
            "이메일을 열람",
            "이메일 열람",
        ),
    ),
    (
        "directMarketing.emailClicked",
        deed(
            "clicked in an e-mail",
            "click in an e-mail",
            "clicks in e-mails",
            "이메일에서 클릭",
            "이메일 클릭",
        ),
    ),
    (
        "directMarketing.emailUnsubscribed",
        deed(
            "unsubscribed from e-mail",
            "unsubscribe from e-mail",
            "unsubscriptions from e-mail",
            "이메일 수신을 거부",
            "이메일 수신 거부",
        ),
    ),
    (
        "advertising.clicks",
        deed(
            "clicked an ad",
            "click an ad",
            "ad clicks",
            "광고를 클릭",
            "광고 클릭",
        ),
    ),
    (
        "application.launches",
        deed(
            "launched the app",
            "launch the app",
            "app launches",
            "앱을 실행",
            "앱 실행",
        ),
    ),
    (
        "media.play",
        deed(
            "played media",
            "play media",
            "plays",
            "미디어를 재생",
            "미디어 재생",
        ),
    ),
];
