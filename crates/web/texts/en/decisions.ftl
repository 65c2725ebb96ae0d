# Why data may not be used, for the person whose data it is.

reason-no-consent = You have not agreed to this.
reason-pending = You have been asked for this and have not answered yet.
reason-pending-approval = You agreed to this, and your answer still has to be confirmed.
reason-denied = You said no to this.
reason-revoked = You stopped sharing this.
reason-expired = The time you agreed to is over.
reason-restricted = You agreed to less than this.
reason-wrong-version = The wording has changed since you agreed. You will be asked again.
reason-grant-ended = The access this was part of has ended.
reason-party-suspended = Whoever asks for this is not served at the moment.
reason-processing-restricted = The use of your data is restricted at the moment.
