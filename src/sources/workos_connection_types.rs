//! Connection types of WorkOS, which Centure's events carry.
//!
//! The union of the lists in the WorkOS OpenAPI description (Connection object, `connection.*`
//! events and the filter of `GET /connections`, as of 2026-08). The filter alone writes
//! `GithubOAuth` for `GitHubOAuth`; values are compared without regard to case, so one entry
//! serves both.

use crate::model::diagnostic::UNKNOWN_CONNECTION_TYPE;
use crate::sources::vocabulary::{OTHER, Term, Vocabulary};

/// The documented connection types with their neutral protocol and identity provider.
pub static CONNECTION_TYPES: Vocabulary = Vocabulary {
    noun: "connection type",
    code: &UNKNOWN_CONNECTION_TYPE,
    terms: TERMS,
    classify_unknown: by_suffix,
};

#[rustfmt::skip]
static TERMS: &[Term] = &[
    kind("ADFSSAML", "saml", Some("adfs")),
    kind("Auth0SAML", "saml", Some("auth0")),
    kind("AzureSAML", "saml", Some("microsoft")),
    kind("CasSAML", "saml", Some("cas")),
    kind("ClassLinkSAML", "saml", Some("classlink")),
    kind("CloudflareSAML", "saml", Some("cloudflare")),
    kind("CyberArkSAML", "saml", Some("cyberark")),
    kind("DuoSAML", "saml", Some("duo")),
    kind("GenericSAML", "saml", Some("custom")),
    kind("GoogleSAML", "saml", Some("google")),
    kind("JumpCloudSAML", "saml", Some("jumpcloud")),
    kind("KeycloakSAML", "saml", Some("keycloak")),
    kind("LastPassSAML", "saml", Some("lastpass")),
    kind("MiniOrangeSAML", "saml", Some("miniorange")),
    kind("NetIqSAML", "saml", Some("netiq")),
    kind("OktaSAML", "saml", Some("okta")),
    kind("OneLoginSAML", "saml", Some("onelogin")),
    kind("OracleSAML", "saml", Some("oracle")),
    kind("PingFederateSAML", "saml", Some("ping-identity")),
    kind("PingOneSAML", "saml", Some("ping-identity")),
    kind("RipplingSAML", "saml", Some("rippling")),
    kind("SalesforceSAML", "saml", Some("salesforce")),
    kind("ShibbolethGenericSAML", "saml", Some("shibboleth")),
    kind("ShibbolethSAML", "saml", Some("shibboleth")),
    kind("SimpleSamlPhpSAML", "saml", Some("simplesamlphp")),
    kind("VMwareSAML", "saml", Some("vmware")),
    kind("AdpOidc", "oidc", Some("adp")),
    kind("CleverOIDC", "oidc", Some("clever")),
    kind("EntraIdOIDC", "oidc", Some("microsoft")),
    kind("GenericOIDC", "oidc", Some("custom")),
    kind("GoogleOIDC", "oidc", Some("google")),
    kind("LoginGovOidc", "oidc", Some("login-gov")),
    kind("OktaOIDC", "oidc", Some("okta")),
    kind("AppleOAuth", "oauth", Some("apple")),
    kind("BitbucketOAuth", "oauth", Some("bitbucket")),
    kind("DiscordOAuth", "oauth", Some("discord")),
    kind("GitHubOAuth", "oauth", Some("github")),
    kind("GitLabOAuth", "oauth", Some("gitlab")),
    kind("GoogleOAuth", "oauth", Some("google")),
    kind("GrokOAuth", "oauth", Some("grok")),
    kind("IntuitOAuth", "oauth", Some("intuit")),
    kind("LinkedInOAuth", "oauth", Some("linkedin")),
    kind("MicrosoftOAuth", "oauth", Some("microsoft")),
    kind("SalesforceOAuth", "oauth", Some("salesforce")),
    kind("SlackOAuth", "oauth", Some("slack")),
    kind("VercelMarketplaceOAuth", "oauth", Some("vercel")),
    kind("VercelOAuth", "oauth", Some("vercel")),
    kind("XeroOAuth", "oauth", Some("xero")),
    kind("XOAuth", "oauth", Some("x")),
    kind("MagicLink", "magic-link", None),
    kind("Pending", "other", None),
    kind("TestIdp", "other", Some("test-idp")),
    kind("Auth0Migration", "other", Some("auth0")),
];

const fn kind(name: &'static str, protocol: &'static str, provider: Option<&'static str>) -> Term {
    Term { protocol: Some(protocol), provider, ..Term::plain(name) }
}

/// New types keep to the naming of the known ones: `…SAML`, `…OIDC`, `…OAuth`.
fn by_suffix(name: &str) -> [Option<&'static str>; 2] {
    let name = name.to_ascii_lowercase();
    let families = [("saml", "saml"), ("oidc", "oidc"), ("oauth", "oauth")];
    let family = families.iter().find(|(suffix, _)| name.ends_with(suffix));
    [Some(family.map_or(OTHER, |(_, protocol)| protocol)), Some(OTHER)]
}
