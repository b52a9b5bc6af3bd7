package bus

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"
)

// Remote is a NATS server, or a cluster, outside of the process, and what it
// takes to be let in.
type Remote struct {
	URL      string // of one server, or of several, separated by commas
	NkeyFile string // seed of the user; empty: none
	CAFile   string // certificate of the authority that signed the server's; empty: those of the machine
	CertFile string // certificate of the client, with KeyFile; empty: none
	KeyFile  string
	Inbox    string // prefix of the subjects at which answers arrive
}

// Connect connects as the user of the key in NkeyFile. Its errors are one line
// that says what to do.
func (r Remote) Connect(log *slog.Logger) (*Bus, error) {
	user, options, err := r.options()
	if err != nil {
		return nil, err
	}
	b, err := connect(r.URL, user, log, options...)
	if err != nil {
		return nil, r.explain(user, err)
	}
	return b, nil
}

func (r Remote) options() (user string, options []nats.Option, err error) {
	if r.NkeyFile != "" {
		if user, err = r.user(); err != nil {
			return "", nil, err
		}
		options = append(options, nats.Nkey(user, r.sign))
	}
	if r.CAFile != "" {
		if err := checkAuthority(r.CAFile); err != nil {
			return "", nil, err
		}
		options = append(options, nats.RootCAs(r.CAFile))
	}
	if r.CertFile != "" {
		if _, err := tls.LoadX509KeyPair(r.CertFile, r.KeyFile); err != nil {
			return "", nil, fmt.Errorf("nats.cert_file, nats.key_file: %w", err)
		}
		options = append(options, nats.ClientCert(r.CertFile, r.KeyFile))
	}
	return user, append(options, nats.CustomInboxPrefix(r.Inbox)), nil
}

func checkAuthority(file string) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("nats.ca_file: %w", err)
	}
	if !x509.NewCertPool().AppendCertsFromPEM(raw) {
		return fmt.Errorf("nats.ca_file: there is no certificate in %s", file)
	}
	return nil
}

// user is the public key of the seed.
func (r Remote) user() (string, error) {
	key, err := r.key()
	if err != nil {
		return "", err
	}
	defer key.Wipe()
	public, err := key.PublicKey()
	if err != nil || !nkeys.IsValidPublicUserKey(public) {
		return "", fmt.Errorf("nats.nkey_file: the seed in %s is not that of a user (SU…)", r.NkeyFile)
	}
	return public, nil
}

// sign reads the seed whenever a server asks: it does not stay in memory.
func (r Remote) sign(nonce []byte) ([]byte, error) {
	key, err := r.key()
	if err != nil {
		return nil, err
	}
	defer key.Wipe()
	return key.Sign(nonce)
}

// key never names in its errors what the file holds.
func (r Remote) key() (nkeys.KeyPair, error) {
	raw, err := os.ReadFile(r.NkeyFile)
	if err != nil {
		return nil, fmt.Errorf("nats.nkey_file: %w", err)
	}
	key, err := nkeys.ParseDecoratedNKey(raw)
	if err != nil {
		return nil, fmt.Errorf("nats.nkey_file: there is no nkey seed (SU…) in %s", r.NkeyFile)
	}
	return key, nil
}

// explain says in one line why there is no connection, and what to do.
func (r Remote) explain(user string, err error) error {
	unsigned, notItsName, badCertificate := new(x509.UnknownAuthorityError), new(x509.HostnameError), new(x509.CertificateInvalidError)
	where := Redact(r.URL)
	switch {
	case errors.Is(err, nats.ErrAuthorization):
		return r.refused(user)
	case errors.As(err, unsigned) && r.CAFile == "":
		return fmt.Errorf("no authority that this machine knows signed the certificate of %s: set nats.ca_file to the certificate of the one that did", where)
	case errors.As(err, unsigned):
		return fmt.Errorf("the certificate of %s is not signed by the authority in nats.ca_file (%s)", where, r.CAFile)
	case errors.As(err, notItsName):
		return fmt.Errorf("the certificate of %s is for another host: %s", where, strings.TrimPrefix(notItsName.Error(), "x509: "))
	case errors.As(err, badCertificate):
		return fmt.Errorf("the certificate of %s cannot be used: %s", where, strings.TrimPrefix(badCertificate.Error(), "x509: "))
	case errors.Is(err, nats.ErrNkeysNotSupported):
		return fmt.Errorf("the server at %s knows no users with keys: leave nats.nkey_file out, or configure them there", where)
	case errors.Is(err, nats.ErrSecureConnWanted):
		return fmt.Errorf("the server at %s does not speak TLS: leave nats.ca_file, nats.cert_file and tls:// out, or configure it there", where)
	case errors.Is(err, nats.ErrTLS), wantsCertificate(err):
		return fmt.Errorf("the server at %s ended the TLS handshake: it may ask for a certificate of the client (nats.cert_file, nats.key_file): %w", where, err)
	case errors.Is(err, nats.ErrNoServers), errors.Is(err, nats.ErrTimeout), isNetwork(err):
		return fmt.Errorf("no NATS server can be reached at %s: start it, or correct nats.url (%w)", where, err)
	}
	return err
}

// refused is what a server that refuses the user comes to.
func (r Remote) refused(user string) error {
	if user == "" {
		return fmt.Errorf("the NATS server at %s refused this client: set nats.nkey_file to the seed of a user it knows ('marsad keys' makes them)", Redact(r.URL))
	}
	return fmt.Errorf("the NATS server at %s refused the user %s: nats.nkey_file (%s) holds the seed of a user it does not know", Redact(r.URL), user, r.NkeyFile)
}

// wantsCertificate reports whether the server ended TLS after the client thought
// that it stood: it looks at the client's certificate last.
func wantsCertificate(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "remote error"
}

func isNetwork(err error) bool {
	_, ok := errors.AsType[net.Error](err)
	return ok
}

// Redact is a list of addresses without passwords.
func Redact(list string) string {
	addresses := strings.Split(list, ",")
	for i, address := range addresses {
		u, err := url.Parse(strings.TrimSpace(address))
		if err != nil {
			return "(unreadable)"
		}
		addresses[i] = u.Redacted()
	}
	return strings.Join(addresses, ",")
}
