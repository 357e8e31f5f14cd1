/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mockcert.h: certificates for an https mock, from the folder certificates/
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  MOCK_CERT_VALID,      /* for 127.0.0.1 and localhost, from a CA of its own */
  MOCK_CERT_EXPIRED,    /* the same, but for its time, long ago */
  MOCK_CERT_NOT_YET,    /* the same, in a time to come */
  MOCK_CERT_WRONG_HOST, /* for elsewhere.example only */
  MOCK_CERT_SELF_SIGNED /* vouches for itself, no CA */
} MockCertKind;

typedef struct _MockCert MockCert;

/* NULL and @error when it cannot be read. */
MockCert *mock_cert_new (MockCertKind kind, GError **error);

/* NULL is allowed. */
void mock_cert_free (MockCert *cert);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MockCert, mock_cert_free)

/* Certificate and key, for MockOptions.certificate. Owned by @cert. */
GTlsCertificate *mock_cert_get_certificate (MockCert *cert);

/* Path of the CA's certificate (PEM), for the client to trust; it has nothing
 * to do with MOCK_CERT_SELF_SIGNED. Static. */
const char *mock_cert_get_ca_file (MockCert *cert);

/* Paths of certificate (owned by @cert) and key (static), PEM. */
const char *mock_cert_get_file (MockCert *cert);
const char *mock_cert_get_key_file (MockCert *cert);

G_END_DECLS
