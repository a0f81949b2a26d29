"""The same in other languages: as in the message catalogues of glibc and Windows, and in a few programs.

Each language's phrases are those of its `libc` catalogue for ECONNREFUSED, ETIMEDOUT, EHOSTUNREACH, ENETUNREACH,
ECONNRESET, EAI_NONAME and EAI_AGAIN, then those of Windows for the same numbers. In lower case.
"""

# ruff: noqa: RUF001 -- letters of other languages, not look-alikes

from tui.errors.types import ErrorClass

INNER_ABROAD: dict[ErrorClass, tuple[str, ...]] = {
    "refused": (
        "verbindungsaufbau abgelehnt", "verbindung verweigert", "die verbindung verweigerte",
        "conexión rehusada", "conexión rechazada", "denegó expresamente dicha conexión",
        "connexion refusée", "connexion refusee", "expressément refusée",
        "connessione rifiutata", "rifiuto persistente del computer di destinazione",
        "conexão recusada", "ligação recusada", "as recusou ativamente", "recusou ativamente",
        "verbinding is geweigerd", "verbinding geweigerd", "actief heeft geweigerd", "actief geweigerd",
        "połączenie odrzucone", "aktywnie go odmawia",
        "в соединении отказано", "отверг запрос на подключение", "у з'єднанні відмовлено", "у з’єднанні відмовлено",
        "接続を拒否されました", "拒否されたため", "拒绝连接", "连接被拒绝", "积极拒绝", "連線被拒絕", "拒絕連線",
        "연결이 거부", "연결을 거부", "bağlantı reddedildi", "etkin olarak reddettiğinden",
        "spojení odmítnuto", "förbindelsen förvägrad", "opkobling nægtet", "oppkobling nektes", "yhteys torjuttu",
        "kapcsolat elutasítva", "anslutning nekad", "nekade det aktivt",
    ),
    "timeout": (
        "die wartezeit für die verbindung ist abgelaufen", "zeitüberschreitung der verbindung", "timeout abgelaufen",
        "nach einer bestimmten zeitspanne nicht", "expiró el tiempo de conexión", "tiempo de espera agotado",
        "tras un periodo de tiempo", "connexion terminée par expiration", "le délai est dépassé", "délai d'attente",
        "au-delà d’une certaine durée", "au-delà d'une certaine durée", "connessione scaduta", "timeout scaduto",
        "tempo esgotado para conexão", "tempo limite", "ligação expirada", "após um período de tempo",
        "verbinding is verlopen", "przekroczony czas oczekiwania", "время ожидания соединения истекло",
        "тайм-аут", "перевищено інтервал очікування", "接続がタイムアウト", "タイムアウト期間が過ぎ",
        "连接超时", "超时满", "連線超過時間",
        "一段时间后没有正确答复", "연결 시간 초과", "bağlantıda zaman aşımı", "spojení bylo příliš dlouho neaktivní",
        "förbindelsens tidsgräns", "opkoblingen overskred", "yhteys aikakatkaistu", "időtúllépés",
    ),
    "unreachable": (
        "keine route zum zielrechner", "netzwerk ist nicht erreichbar", "no existe ninguna ruta hasta", "la red es inaccesible",
        "aucun chemin d'accès pour atteindre", "le réseau n'est pas accessible", "nessun instradamento per l'host",
        "la rete non è raggiungibile", "não há rota para o host", "a rede está fora de alcance", "sem caminho para o anfitrião",
        "rede inacessível", "geen route naar host", "netwerk is onbereikbaar", "brak trasy do hosta", "sieć jest niedostępna",
        "нет маршрута до узла", "сеть недоступна", "немає маршруту до вузла", "ホストへの経路がありません",
        "ネットワークに届きません", "没有到主机的路由", "网络不可达", "找不到通往該主機的路由", "호스트로 갈 루트가 없음",
        "makinaya ağ üzerinden yol yok", "k počítači neexistuje cesta", "síť není dostupná", "ingen väg till värd",
    ),
    "dns": (
        "der name oder der dienst ist nicht bekannt", "temporärer fehler bei der namensauflösung", "host ist unbekannt",
        "kein solcher host bekannt", "nombre o servicio desconocido", "fallo temporal en la resolución del nombre",
        "host desconocido", "nom ou service inconnu", "échec temporaire dans la résolution", "hôte inconnu",
        "nome o servizio sconosciuto", "errore temporaneo nella risoluzione", "host sconosciuto",
        "nome ou serviço desconhecido", "resolução de nome", "este host não é conhecido", "naam of dienst is niet bekend",
        "tijdelijk probleem in naamsherleiding", "ta nazwa lub usługa jest nieznana", "odwzorowanie nazwy jest",
        "неизвестное имя или служба", "временный сбой в разрешении", "этот хост неизвестен", "невідома назва чи сервіс",
        "名前またはサービスが不明", "名前解決に一時的に失敗", "未知的名称或服务", "域名解析暂时失败", "不知道这样的主机",
        "名稱或服務未知", "解析名稱時發生暫時性錯誤", "이름 혹은 서비스를 알 수 없", "알려진 호스트가 없습니다",
        "isim ya da servis bilinmiyor", "neznámé jméno nebo služba", "namn eller tjänst okänd", "navn eller tjeneste ukendt",
        "konnte nicht aufgelöst werden", "kann nicht aufgelöst werden", "no se pudo resolver", "ne parvient pas à résoudre",
        "impossible de résoudre", "impossibile risolvere", "não foi possível resolver", "не удалось разрешить",
        "не удаётся разрешить", "を解決できませんでした", "无法解析",
    ),
    "reset": (
        "vom kommunikationspartner zurückgesetzt", "vom remotehost geschlossen", "conexión reinicializada",
        "interrupción forzada de una conexión", "connexion ré-initialisée", "fermée par l’hôte distant",
        "connessione interrotta dal corrispondente", "conexão fechada pela outra ponta", "ligação reposta pelo peer",
        "verbinding is weggevallen", "połączenie zerwane przez drugą stronę", "соединение разорвано другой стороной",
        "接続が相手からリセット", "连接被对方重设", "强迫关闭了一个现有的连接", "連線被對方重設", "상대편이 연결을 끊음",
        "bağlantı karşıdan kesildi", "spojení zrušeno druhou stranou", "förbindelse borttagen av partnern",
    ),
    "tls": ("zertifikat", "certificado ssl", "certificat ssl"),
}  # fmt: skip
TROUBLE_ABROAD = (
    "fehl", "nicht möglich", "konnte nicht", "konnte keine", "schwerwiegend", "falló", "no se pudo", "no se puede",
    "no es posible",
    "échou", "échec", "impossib", "erreur", "errore", "non riuscit", "falha", "falhou", "não foi possível", "mislukt", "fout",
    "błąd", "nie można", "ошибк", "не удал", "помилк", "失敗", "失败", "エラー", "错误",
    "無法", "无法", "できません", "실패", "오류",
    "hata", "chyba", "misslyck",
)  # fmt: skip
