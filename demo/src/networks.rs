//! What a network on the way does with requests and answers, each under a well-known name. `README.md` lists
//! the names.

/// A network with something in it that does more than pass on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Network {
    /// The connection is closed after [`CUT_AFTER`] bytes of a request.
    Cutting,
    /// 413 and a web page for a request of more than [`CUT_AFTER`] bytes, without a word that another origin's
    /// page may read it.
    TooLarge,
    /// The same with 403 for every upload, as a filter that does not like what is in it.
    Forbidding,
    /// The same with 403 for every call, as a check for robots.
    RobotCheck,
    /// An upload is swallowed at once, and passed on late.
    Swallowing,
    /// The same, and the browser's connection is closed meanwhile.
    Dropping,
    /// An upload is passed on, and the connection is closed in place of the answer.
    LosingAnswers,
    /// Headers with underscores are dropped.
    WithoutUnderscores,
    /// The header `upload-id`, and headers with underscores, are dropped.
    WithoutUnknown,
}

/// How much of a request gets through, in bytes.
pub const CUT_AFTER: usize = 64 * 1024;

impl Network {
    /// Every network with the name that leads to it, and one sentence on it.
    pub const ALL: [(&'static str, Network, &'static str); 9] = [
        (
            "knipt",
            Network::Cutting,
            "verbreekt de verbinding na 64 kB van een verzoek",
        ),
        (
            "te-groot",
            Network::TooLarge,
            "antwoordt op meer dan 64 kB met status 413 en een webpagina, zonder CORS",
        ),
        (
            "verbiedt",
            Network::Forbidding,
            "antwoordt op elk aangeleverd document met status 403 en een webpagina, zonder CORS",
        ),
        (
            "robotcontrole",
            Network::RobotCheck,
            "antwoordt op alles met status 403 en een webpagina, zonder CORS",
        ),
        (
            "slikt",
            Network::Swallowing,
            "slikt een document in één keer en geeft het pas laat door",
        ),
        (
            "slikt-en-verbreekt",
            Network::Dropping,
            "slikt een document, verbreekt de verbinding, en geeft het daarna toch nog door",
        ),
        (
            "verliest-antwoord",
            Network::LosingAnswers,
            "geeft een document door en verbreekt de verbinding in plaats van te antwoorden",
        ),
        (
            "zonder-onderstrepingstekens",
            Network::WithoutUnderscores,
            "laat koppen met een onderstrepingsteken weg",
        ),
        (
            "zonder-onbekende-koppen",
            Network::WithoutUnknown,
            "laat ook de kop upload-id weg",
        ),
    ];

    /// The network of that name.
    pub fn named(name: &str) -> Option<Network> {
        Network::ALL
            .iter()
            .find(|(known, _, _)| *known == name)
            .map(|(_, network, _)| *network)
    }
}
