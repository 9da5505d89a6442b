"""Reads a whole Kinesis stream with boto3, and prints for each record, shard by shard in order, a line of JSON:
{"key", "told"}, `told` being the `_weir` of the record.

python kinesis.py ENDPOINT STREAM ACCESS_KEY_ID SECRET [COUNT]

With COUNT it makes the stream, of so many shards, instead.
"""
import json
import sys

import boto3

endpoint, stream, key, secret = sys.argv[1:5]
client = boto3.client(
    "kinesis", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id=key, aws_secret_access_key=secret
)
if len(sys.argv) > 5:
    client.create_stream(StreamName=stream, ShardCount=int(sys.argv[5]))
    client.get_waiter("stream_exists").wait(StreamName=stream, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    sys.exit()

for shard in client.get_paginator("list_shards").paginate(StreamName=stream).search("Shards[]"):
    wanted = {"StreamName": stream, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
    iterator = client.get_shard_iterator(**wanted)["ShardIterator"]
    while iterator:
        answer = client.get_records(ShardIterator=iterator, Limit=10_000)
        for record in answer["Records"]:
            told = json.loads(record["Data"])["_weir"]
            print(json.dumps({"key": record["PartitionKey"], "told": told}))
        if not answer["Records"] and answer["MillisBehindLatest"] == 0:
            break
        iterator = answer.get("NextShardIterator")
