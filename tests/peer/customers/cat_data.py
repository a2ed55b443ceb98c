"""cat-data-v23: a municipal cat data analysis on Lambda, with a database on a PostgreSQL that has run out of support.

API Gateway and Cognito are left out: moto needs 200 MB more to hold them and nothing here asks.
"""

import io
import zipfile

ENV = "cat-data-v23"
FUNCTIONS = ("api", "import", "analyze")


def build(site):
    vpc, subnets = site.vpc(ENV, "cat-data-v23-vpc", "10.70.0.0/16", [
        ("cat-data-v23-private-a", "10.70.1.0/24", "a"), ("cat-data-v23-private-c", "10.70.2.0/24", "c")])
    data = site.group(vpc, "cat-data-v23-rds-sg", [5432])
    topic = site.topic("cat-data-v23-alerts")
    site.database(ENV, "cat-data-v23-db", "postgres", "13.7", "db.t3.medium",
                  site.subnet_group("cat-data-v23-subnets", list(subnets.values())), [data], True)
    site.alarm(ENV, "cat-data-v23-db-cpu", "AWS/RDS", "CPUUtilization", {"DBInstanceIdentifier": "cat-data-v23-db"}, 80, topic)
    site.alarm(ENV, "cat-data-v23-db-memory", "AWS/RDS", "FreeableMemory", {"DBInstanceIdentifier": "cat-data-v23-db"}, 268435456, topic,
               ComparisonOperator="LessThanThreshold")
    role = site.role("cat-data-v23-lambda", "lambda.amazonaws.com")
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("app.py", "def handler(event, context):\n    return {}\n")
    for function in FUNCTIONS:
        name = f"cat-data-v23-{function}"
        arn = site.aws("lambda").create_function(FunctionName=name, Runtime="python3.9", Role=role, Handler="app.handler", MemorySize=512,
                                                 Timeout=10, Code={"ZipFile": code.getvalue()})["FunctionArn"]
        site.note(ENV, "lambda_function", arn, name)
        site.log_group(ENV, f"/aws/lambda/{name}")
        site.alarm(ENV, f"{name}-errors", "AWS/Lambda", "Errors", {"FunctionName": name}, 5, topic, Statistic="Sum",
                   TreatMissingData="notBreaching")
    api = "cat-data-v23-api"
    version = site.aws("lambda").publish_version(FunctionName=api)["Version"]
    site.aws("lambda").create_alias(FunctionName=api, Name="live", FunctionVersion=version)
    site.aws("s3").create_bucket(Bucket="cat-data-v23", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
    site.keep("cloudfront:ListDistributions", {
        "Id": "E2CATDATA00001", "ARN": f"arn:aws:cloudfront::{site.account}:distribution/E2CATDATA00001", "Status": "Deployed",
        "LastModifiedTime": "2026-11-01T00:00:00Z", "DomainName": "d111111abcdef8.cloudfront.net", "Comment": "cat-data-v23",
        "Aliases": {"Quantity": 1, "Items": ["cats.example.jp"]}, "Enabled": True,
        "Origins": {"Quantity": 1, "Items": [{"Id": "s3", "DomainName": "cat-data-v23.s3.ap-northeast-1.amazonaws.com"}]}}, region="global")
    site.keep("apigateway:GetRestApis", {"id": "a1b2c3d4e5", "name": "cat-data-v23-api", "endpointConfiguration": {"types": ["REGIONAL"]}})
    site.keep("apigateway:GetStages", {"stageName": "prod", "methodSettings": {"*/*": {"throttlingRateLimit": 100.0, "throttlingBurstLimit": 200}}},
              of="a1b2c3d4e5")
    pool = "ap-northeast-1_CATDATA01"
    signs_up = f"arn:aws:lambda:ap-northeast-1:{site.account}:function:cat-data-v23-api"
    site.keep("cognito-idp:ListUserPools", {"Id": pool, "Name": "cat-data-v23-users"})
    site.keep("cognito-idp:DescribeUserPool", {"Id": pool, "Name": "cat-data-v23-users", "EstimatedNumberOfUsers": 1284,
                                               "LambdaConfig": {"PostConfirmation": signs_up}}, of=pool)
    newer = io.BytesIO()
    with zipfile.ZipFile(newer, "w") as archive:
        archive.writestr("app.py", "def handler(event, context):\n    return {'cats': 1}\n")
    site.aws("s3").put_object(Bucket="cat-data-v23", Key="api.zip", Body=newer.getvalue())
