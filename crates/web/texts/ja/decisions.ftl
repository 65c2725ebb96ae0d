# Why data may not be used, for the person whose data it is.

reason-no-consent = これには同意していません。
reason-pending = 確認を求められていますが、まだ回答していません。
reason-pending-approval = 同意しましたが、回答の確認がまだ済んでいません。
reason-denied = これを断りました。
reason-revoked = この情報の共有を停止しました。
reason-expired = 同意した期間が終わりました。
reason-restricted = 同意した範囲を超えています。
reason-wrong-version = 同意した後に文面が変わりました。改めて確認します。
reason-grant-ended = これが含まれていたアクセスは終了しました。
reason-party-suspended = 要求元は現在サービスの対象外です。
reason-processing-restricted = 現在、お客様のデータの利用は制限されています。
