# The same words as in texts/en/authorization.ftl.

login-title = Entrar
login-for = Entre em { $bank } para continuar para { $client }.
login-name = Nome de acesso
login-password = Senha
login-button = Entrar
login-wrong = O nome de acesso ou a senha está incorreta
login-throttled = { $seconds ->
    [one] Muitas tentativas. Aguarde um segundo.
   *[other] Muitas tentativas. Aguarde { $seconds } segundos.
}
login-help = Nada foi alterado.
login-password-note = Só { $bank } vê a sua senha. Ela nunca é transmitida a ninguém.
login-by-code = Entrar com um código enviado por e-mail
code-title = Entrar com um código
code-second-title = Mais um passo
code-second-text = Para continuar, { $bank } precisa de uma segunda prova de identidade: um código enviado para o seu endereço de e-mail já conhecido.
code-send = Enviar um código
code-by-password = Entrar com uma senha
code-entry-title = Escreva o código
code-entry-text = Se { $bank } conhece a sua conta e o seu endereço de e-mail, um código de { $digits } dígitos está a caminho. Ele funciona durante { $minutes } minutos e só neste navegador.
code-entry-note = Não chegou nada? Procure no correio indesejado (spam) ou peça outro código. Só alguns são enviados a cada quarto de hora.
code-label = Código
code-again = Enviar outro código
code-wrong = { $left ->
    [one] Este código está errado. Resta uma tentativa.
   *[other] Este código está errado. Restam { $left } tentativas.
}
code-over = Agora nenhum código é válido aqui. Peça outro.
login-with = Entrar com { $provider }
upstream-nobody-title = Não identificamos a sua conta por este acesso
upstream-nobody-text = A entrada foi feita lá, mas { $bank } não sabe a quem pertence esse acesso. Nada foi criado nem alterado. Entre de outra forma ou pergunte a { $bank }.
upstream-foreign-title = Esta resposta não pertence aqui
upstream-foreign-text = Não corresponde ao que este navegador pediu, ou já foi usada. Ninguém entrou. Volte à página de origem e comece de novo.
upstream-trouble-title = Esta forma não está disponível agora
upstream-trouble-text = Não foi possível confirmar a sua identidade. Ninguém entrou. Tente mais tarde ou entre em { $bank } de outra forma.
sessions-title = Onde a sua sessão está aberta
sessions-text = Cada item é um navegador em que a sua sessão em { $bank } está aberta. Saia onde não reconhecer o acesso ou onde já não o utilizar.
sessions-note = As aplicações autorizadas a continuar ligadas na sua ausência continuam.
sessions-end-others = Sair em todos os outros lugares
sessions-ended = A sessão nesse lugar foi encerrada.
sessions-ended-others = A sessão foi encerrada em todos os outros lugares.
session-this = Este navegador
session-since = Sessão aberta desde
session-seen = Último uso
session-how = Entrada com
session-by-password = uma senha
session-by-code = um código por e-mail
session-device = { $browser } em { $system }
session-device-system = Um navegador em { $system }
session-device-unknown = Um navegador desconhecido
session-end = Sair: { $device }
session-end-this = Sair aqui
signed-in-title = Sessão iniciada
signed-in-text = Pode fechar esta página ou voltar à aplicação ou à página de { $bank } de onde veio.
passkey-title = Entrar com uma chave de acesso
passkey-text = O seu dispositivo pede a impressão digital, o rosto ou o PIN e depois prova a { $bank } a sua identidade. Nada disso sai do seu dispositivo.
passkey-use = Usar uma chave de acesso
passkey-missing = As chaves de acesso precisam de JavaScript e de um navegador que as conheça. Aqui falta um dos dois.
passkey-nothing = Nenhuma chave de acesso foi usada. Tente novamente ou entre de outra forma.
passkey-refused = Esta chave de acesso não funciona aqui
passkey-over = Demorou muito tempo, ou a página já foi usada. Tente novamente.
passkey-otherwise = Entrar de outra forma
session-by-passkey = uma chave de acesso
passkeys-title = As suas chaves de acesso
passkeys-text = Com uma chave de acesso, a entrada em { $bank } é feita com a impressão digital, o rosto ou o PIN do seu dispositivo. Não há nenhuma senha que alguém possa descobrir.
passkeys-none = Ainda não tem nenhuma chave de acesso.
passkey-added = Adicionada
passkey-where = Onde funciona
passkey-copied = nos seus dispositivos que têm as mesmas chaves de acesso
passkey-one-device = em um só dispositivo
passkey-name = Nome
passkey-rename = Mudar o nome
passkey-save = Guardar o nome
passkey-remove = Remover { $name }
passkeys-add = Adicionar uma chave de acesso
passkeys-hint = Com este nome é fácil encontrá-la na lista.
passkeys-again-text = Para adicionar uma chave de acesso, entre primeiro mais uma vez. Assim, quem encontrar o seu dispositivo aberto não pode adicionar nenhuma.
passkeys-again = Entrar de novo
passkeys-added = A chave de acesso foi adicionada. Já pode entrar com ela.
passkeys-removed = A chave de acesso foi removida e já não abre nada. Também pode apagá-la no seu dispositivo.
passkeys-named = O nome foi mudado.
passkeys-full = Não há lugar para mais uma chave de acesso. Remova uma primeiro.
passkeys-last = Esta chave de acesso é a sua única forma de iniciar sessão, por isso fica. Adicione outra primeiro.
passkeys-nothing = Nenhuma chave de acesso foi adicionada. Tente novamente.

consent-title = { $client } pede acesso aos seus dados
consent-what = O que { $client } pede
consent-openid = Reconhecer a sua identidade
consent-openid-text = A aplicação recebe um número que representa a sua conta. O seu nome e a sua senha não são transmitidos.
consent-offline = Continuar ligada na sua ausência
consent-offline-text = Este acesso pode ser usado mesmo enquanto a aplicação não está em uso, até o dia indicado abaixo.
consent-why = Para quê
consent-until = Até
consent-until-text = { $date }, ou até que decida parar
consent-until-once = Apenas desta vez. Para obter dados de novo, { $client } precisa perguntar de novo.
lookback = Até quando no passado
lookback-days = { $count ->
    [one] Dados de até { $count } dia antes de cada pedido
   *[other] Dados de até { $count } dias antes de cada pedido
}
consent-who = Quem recebe
consent-approve = Aceitar
consent-decline = Recusar
consent-stop = Se recusar, nada é compartilhado. Se aceitar, pode parar em { $bank } a qualquer momento.
consent-part = Compartilhar só uma parte
consent-part-legend = Marque o que quer compartilhar
consent-part-button = Compartilhar só o que está marcado
consent-none-ticked = Nada foi marcado. Marque o que quer compartilhar ou recuse.
consent-not-you = Não é { $name }?
consent-switch = Entrar com outra conta

logout-title = Sair?
logout-text = A sua sessão em { $bank } neste navegador será encerrada. As aplicações que podem continuar ligadas na sua ausência não são afetadas.
logout-yes = Sair
logout-no = Manter a sessão
signed-out-title = Sessão encerrada
signed-out-text = A sua sessão em { $bank } já não está aberta neste navegador. Pode fechar esta página.

auth-problem = Isto não funcionou
auth-unknown-client-title = Não conhecemos esta aplicação
auth-unknown-client-text = A aplicação de origem não é conhecida em { $bank }, ou indicou um endereço que não é dela. Nada foi compartilhado. Feche esta página e avise a empresa responsável pela aplicação.
auth-bad-request-title = Há algo errado neste link
auth-bad-request-text = A aplicação de origem pediu algo que { $bank } não pode fazer. Nada foi compartilhado. Volte à aplicação e comece de novo.
auth-over-title = Este pedido terminou
auth-over-text = Já foi respondido ou ficou aberto por muito tempo. Nada mais acontece aqui. Se ainda quiser, volte à aplicação e comece de novo.
auth-foreign-title = Isto não pertence a este navegador
auth-foreign-text = O pedido foi iniciado em outro navegador, ou outra pessoa tem agora a sessão aberta em { $bank }. Nada foi compartilhado. Volte à aplicação e comece de novo.
auth-changed-title = Algo mudou entretanto
auth-changed-text = Enquanto esta página estava aberta, a aplicação ou a sua conta em { $bank } mudou, e o pedido deixou de ser válido. Nada foi compartilhado. Volte à aplicação e comece de novo.

everything-title = Tudo o que aceitou

# Identities at other providers.
links-title = Os seus acessos noutros sítios
links-text = Pode entrar em { $bank } com o que tem nestes fornecedores. { $bank } fica a saber quem é lá, e mais nada.
links-again-text = Para alterar algo aqui, entre primeiro mais uma vez. Assim, ninguém que encontre o seu dispositivo aberto o pode fazer.
link-linked = ligado
link-since = Ligado desde
link-none = Ainda não entra com ele.
link-add = Ligar { $provider }
link-remove = Desligar { $provider }
links-linked = Está ligado. A partir de agora pode entrar com ele.
links-unlinked = Está desligado e já não abre nada aqui. Onde tinha entrado com ele, a sessão terminou.
links-taken = Outra pessoa já entra aqui com este acesso. Nada foi alterado.
links-full = Não há lugar para outro acesso. Desligue primeiro um.
links-last = É a sua única forma de entrar, por isso fica. Adicione primeiro outra, por exemplo uma chave de acesso.
links-elsewhere = Entretanto, outra pessoa entrou aqui. Nada foi ligado.

# On to the app.
onward-title = Um momento
onward-text = Vai continuar em { $client }.
onward-button = Continuar

notices-title = E-mails sobre o que aceitou
notices-are-on = { $bank } escreve-lhe quando aceita algo, quando termina e antes de terminar.
notices-are-off = { $bank } não lhe escreve sobre o que aceitou.
notices-switch-off = Deixar de receber estes e-mails
notices-switch-on = Voltar a receber estes e-mails
notices-done-off = Estes e-mails estão desligados.
notices-done-on = Estes e-mails estão ligados.
notices-note = Os e-mails que protegem a sua conta e os que pede chegam sempre.
