# The same words as in texts/en/authorization.ftl.

login-title = ログイン
login-for = { $client } へ進むには、{ $bank } にログインしてください。
login-name = ユーザー名
login-password = パスワード
login-button = ログイン
login-wrong = ユーザー名またはパスワードが正しくありません
login-throttled = { $seconds ->
   *[other] 試行回数が多すぎます。{ $seconds } 秒お待ちください。
}
login-help = 何も変更されていません。
login-password-note = パスワードを見るのは { $bank } だけです。ほかに渡されることはありません。
login-by-code = メールで届くコードでログイン
code-title = コードでログイン
code-second-title = あと一歩です
code-second-text = 続けるには、ご本人であることをもう一つの方法で { $bank } に示す必要があります。登録されているメールアドレスにコードをお送りします。
code-send = コードを送る
code-by-password = パスワードでログイン
code-entry-title = コードを入力してください
code-entry-text = { $bank } にお客様とメールアドレスの登録があれば、{ $digits } 桁のコードをお送りしています。このブラウザーでのみ、{ $minutes } 分間有効です。
code-entry-note = 届きませんか。迷惑メールを確認するか、別のコードを請求してください。15 分間に送られる数には限りがあります。
code-label = コード
code-again = 別のコードを送る
code-wrong = { $left ->
   *[other] コードが正しくありません。あと { $left } 回入力できます。
}
code-over = 現在有効なコードはありません。別のコードを請求してください。
login-with = { $provider } でログイン
upstream-nobody-title = このアカウントではお客様を確認できません
upstream-nobody-text = ログインは行われましたが、{ $bank } ではそのアカウントがどなたのものか分かりません。何も作成・変更されていません。別の方法でログインするか、{ $bank } にお問い合わせください。
upstream-foreign-title = この応答はここでは使えません
upstream-foreign-text = このブラウザーからの要求に対応していないか、すでに使用されています。ログインは行われていません。元のページに戻って、最初からやり直してください。
upstream-trouble-title = この方法は現在利用できません
upstream-trouble-text = ご本人であることを確認できませんでした。ログインは行われていません。後でもう一度お試しいただくか、別の方法で { $bank } にログインしてください。
sessions-title = ログイン中の場所
sessions-text = { $bank } にログインしているブラウザーの一覧です。ご本人ではないもの、もう使っていないものはログアウトしてください。
sessions-note = ご不在の間の接続を許可したアプリは、そのまま続きます。
sessions-end-others = ほかのすべての場所からログアウト
sessions-ended = 指定した場所からログアウトしました。
sessions-ended-others = ほかのすべての場所からログアウトしました。
session-this = このブラウザー
session-since = ログイン日時
session-seen = 最後に使用
session-how = ログイン方法
session-by-password = パスワード
session-by-code = メールのコード
session-device = { $system } の { $browser }
session-device-system = { $system } のブラウザー
session-device-unknown = 不明なブラウザー
session-end = { $device } からログアウト
session-end-this = ここからログアウト
signed-in-title = ログインしました
signed-in-text = このページを閉じるか、元のアプリまたは { $bank } のページにお戻りください。
passkey-title = パスキーでログイン
passkey-text = お使いの端末が指紋、顔、または端末の PIN を確認し、ご本人であることを { $bank } に証明します。これらの情報が端末の外に出ることはありません。
passkey-use = パスキーを使う
passkey-missing = パスキーには、JavaScript と、パスキーに対応したブラウザーが必要です。ここではどちらかが利用できません。
passkey-nothing = パスキーは使われませんでした。もう一度試すか、別の方法でログインしてください。
passkey-refused = このパスキーはここでは使えません
passkey-over = 時間がかかりすぎたか、このページがすでに使用されています。もう一度お試しください。
passkey-otherwise = 別の方法でログイン
session-by-passkey = パスキー
passkeys-title = お客様のパスキー
passkeys-text = パスキーを使うと、指紋、顔、または端末の PIN で { $bank } にログインできます。だれかに知られるおそれのあるパスワードはありません。
passkeys-none = パスキーはまだありません。
passkey-added = 追加した日時
passkey-where = 使える場所
passkey-copied = パスキーを共有しているお客様の端末
passkey-one-device = 1 台の端末
passkey-name = 名前
passkey-rename = 名前を変更
passkey-save = 名前を保存
passkey-remove = { $name } を削除
passkeys-add = パスキーを追加
passkeys-hint = 一覧にはこの名前で表示されます。
passkeys-again-text = パスキーを追加するには、先にもう一度ログインしてください。開いたままの端末を見つけた人が追加できないようにするためです。
passkeys-again = もう一度ログイン
passkeys-added = パスキーを追加しました。これからはパスキーでログインできます。
passkeys-removed = パスキーを削除しました。もうログインには使えません。端末側でも削除できます。
passkeys-named = 名前を変更しました。
passkeys-full = これ以上パスキーを追加できません。先にどれかを削除してください。
passkeys-last = このパスキーは唯一のログイン方法なので、削除できません。先に別のパスキーを追加してください。
passkeys-nothing = パスキーは追加されませんでした。もう一度お試しください。

consent-title = { $client } がお客様のデータへのアクセスを求めています
consent-what = { $client } が求めている内容
consent-openid = ご本人であることの確認
consent-openid-text = お客様を表す番号が渡されます。お名前とパスワードは渡されません。
consent-offline = ご不在の間も接続を続ける
consent-offline-text = アプリを使っていないときも、下の日付までこのアクセスを利用できます。
consent-why = 目的
consent-until = 期限
consent-until-text = { $date }、またはお客様が停止するまで
consent-until-once = 今回限りです。再びデータを受け取るには、{ $client } が改めてお客様に確認する必要があります。
lookback = さかのぼる期間
lookback-days = { $count ->
   *[other] 各リクエストの { $count } 日前までのデータ
}
consent-who = 受け取る相手
consent-approve = 同意する
consent-decline = 拒否する
consent-stop = 拒否した場合は、何も共有されません。同意した場合も、{ $bank } でいつでも停止できます。
consent-part = 一部だけを共有する
consent-part-legend = 共有するものを選択してください
consent-part-button = 選択したものだけを共有する
consent-none-ticked = 何も選択されていません。共有するものを選択するか、拒否してください。
consent-not-you = { $name } ではありませんか。
consent-switch = 別の人としてログイン

logout-title = ログアウトしますか
logout-text = このブラウザーで { $bank } からログアウトします。ご不在の間の接続を許可したアプリには影響しません。
logout-yes = ログアウト
logout-no = ログインしたままにする
signed-out-title = ログアウトしました
signed-out-text = このブラウザーでは { $bank } にログインしていません。このページを閉じてかまいません。

auth-problem = うまくいきませんでした
auth-unknown-client-title = このアプリは確認できません
auth-unknown-client-text = 元のアプリが { $bank } に登録されていないか、登録と異なるアドレスを示しました。何も共有されていません。このページを閉じて、アプリを運営する会社にお知らせください。
auth-bad-request-title = このリンクには問題があります
auth-bad-request-text = 元のアプリから、{ $bank } では対応できない要求がありました。何も共有されていません。アプリに戻って、最初からやり直してください。
auth-over-title = この依頼は終了しました
auth-over-text = すでに回答されたか、長い間開かれたままでした。ここでの処理はこれで終わりです。続ける場合は、アプリに戻って、最初からやり直してください。
auth-foreign-title = このブラウザーの依頼ではありません
auth-foreign-text = 依頼が別のブラウザーで始められたか、現在 { $bank } に別の方がログインしています。何も共有されていません。アプリに戻って、最初からやり直してください。
auth-changed-title = 途中で変更がありました
auth-changed-text = このページを開いている間に、アプリまたは { $bank } のお客様のアカウントに変更があったため、この依頼は無効になりました。何も共有されていません。アプリに戻って、最初からやり直してください。

everything-title = 同意した内容の一覧

# Identities at other providers.
links-title = ほかのサービスでのログイン
links-text = 次の事業者のアカウントで { $bank } にログインできます。{ $bank } に伝わるのは、そこであなたが誰であるかだけです。
links-again-text = 変更するには、まずもう一度ログインしてください。開いたままの端末を見つけた他人が変更できないようにするためです。
link-linked = 連携済み
link-since = 連携した日時
link-none = まだこの方法ではログインしていません。
link-add = { $provider } を連携する
link-remove = { $provider } の連携を解除する
links-linked = 連携しました。これからこの方法でログインできます。
links-unlinked = 連携を解除しました。ここではもう使えません。この方法でログインしていたところからはログアウトしました。
links-taken = このアカウントは、すでに別の方がここで使っています。何も変更していません。
links-full = これ以上は連携できません。先にひとつ解除してください。
links-last = これはログインできる唯一の方法なので、残しました。先にパスキーなど別の方法を追加してください。
links-elsewhere = その間に別の方がここでログインしました。何も連携していません。

# On to the app.
onward-title = しばらくお待ちください
onward-text = { $client } に進みます。
onward-button = 進む

notices-title = 同意に関するメール
notices-are-on = 同意したとき、同意が終了したとき、終了が近づいたときに、{ $bank }からメールが届きます。
notices-are-off = 同意に関するメールは{ $bank }から届きません。
notices-switch-off = このメールを停止する
notices-switch-on = このメールを再開する
notices-done-off = このメールを停止しました。
notices-done-on = このメールを再開しました。
notices-note = アカウントを守るためのメールと、ご自身で依頼したメールは常に届きます。
