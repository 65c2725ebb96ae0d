//! Step 11: `none` stands alone; the four values of OpenID Connect must be among the client's; others are ignored.

use consentry_domain::client::Prompt;

use super::{Candidate, Refusal};

/// A value of OpenID Connect that no client can have: accounts are not chosen from a list here.
const SELECT_ACCOUNT: &str = "select_account";

pub(super) fn check(candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    let Some(text) = candidate.value("prompt") else {
        return Ok(());
    };
    let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
    if words.contains(&Prompt::None.as_str()) && words.len() > 1 {
        return Err(Refusal::invalid_request("prompt none stands alone"));
    }
    let mut prompts: Vec<Prompt> = Vec::new();
    for word in words {
        match Prompt::from_name(word) {
            Some(prompt) if !candidate.client.supported_prompts.contains(&prompt) => {
                return Err(unsupported());
            }
            Some(prompt) if !prompts.contains(&prompt) => prompts.push(prompt),
            None if word == SELECT_ACCOUNT => return Err(unsupported()),
            _ => {}
        }
    }
    candidate.request.prompt = prompts;
    Ok(())
}

fn unsupported() -> Refusal {
    Refusal::invalid_request("prompt has a value that this client may not use")
}
