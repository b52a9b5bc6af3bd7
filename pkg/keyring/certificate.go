package keyring

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"strings"
	"time"
)

// Certificates are for closed networks, where nobody renews them every month.
const (
	authorityYears = 10
	serverYears    = 3
)

// certificates are an authority, and what it signs for the servers.
func certificates(o Options) ([]file, error) {
	ca, err := newAuthority()
	if err != nil {
		return nil, err
	}
	files := []file{public("ca.crt", ca.crt), secret("ca.key", ca.key)}
	// NATS servers are clients of each other: that of a route is let in because it has
	// a certificate for clients, so nobody else may have one.
	both := []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	for _, server := range []struct {
		name   string
		hosts  []string
		usages []x509.ExtKeyUsage
	}{{"nats", o.NATSHosts, both}, {"postgres", o.PostgresHosts, both[:1]}} {
		p, err := ca.sign(server.name, server.hosts, server.usages)
		if err != nil {
			return nil, err
		}
		files = append(files, public(server.name+".crt", p.crt), secret(server.name+".key", p.key))
	}
	return files, nil
}

// pair is a certificate and its key, as PEM.
type pair struct{ crt, key []byte }

type authority struct {
	pair
	template *x509.Certificate
	signer   *ecdsa.PrivateKey
}

func newAuthority() (*authority, error) {
	signer, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template, err := newTemplate("Marsad authority", authorityYears)
	if err != nil {
		return nil, err
	}
	template.IsCA, template.BasicConstraintsValid, template.MaxPathLenZero = true, true, true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	p, err := issue(template, template, signer, signer)
	return &authority{p, template, signer}, err
}

// sign makes a certificate for a server that is called by any of hosts.
func (a *authority) sign(name string, hosts []string, usages []x509.ExtKeyUsage) (pair, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return pair{}, err
	}
	template, err := newTemplate(name, serverYears)
	if err != nil {
		return pair{}, err
	}
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = usages
	for _, address := range hosts {
		host, _ := splitHost(address)
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	return issue(template, a.template, key, a.signer)
}

// splitHost takes apart what may have a port, and an address of IPv6 that may stand
// in brackets.
func splitHost(address string) (host, port string) {
	if host, port, err := net.SplitHostPort(address); err == nil {
		return host, port
	}
	return strings.TrimSuffix(strings.TrimPrefix(address, "["), "]"), ""
}

func newTemplate(name string, years int) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	now := time.Now().UTC()
	return &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name},
		NotBefore: now.Add(-time.Hour), // clocks differ
		NotAfter:  now.AddDate(years, 0, 0),
	}, nil
}

func issue(template, parent *x509.Certificate, key, signer *ecdsa.PrivateKey) (pair, error) {
	crt, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		return pair{}, err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return pair{}, err
	}
	return pair{
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: crt}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}),
	}, nil
}
