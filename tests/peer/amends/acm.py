"""Certificate Manager: a certificate is issued as soon as it is asked for; moto lets a minute of real time go by.

Never ends one: a test scripts when it ends and how its renewal stands.
"""

from amends import amend


def issued(certificate):
    return certificate | {"Status": "ISSUED", "DomainValidationOptions": [
        option | {"ValidationStatus": "SUCCESS"} for option in certificate.get("DomainValidationOptions") or []]}


@amend("acm:DescribeCertificate")
def describe_certificate(call):
    return {"Certificate": issued(call.moto()["Certificate"])}


@amend("acm:ListCertificates")
def list_certificates(call):
    listed = call.moto()
    return listed | {"CertificateSummaryList": [one | {"Status": "ISSUED"} for one in listed.get("CertificateSummaryList") or []]}
