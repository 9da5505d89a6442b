"""Reads a whole hub with Microsoft's client, and prints for each event, in each partition in order, a line of JSON:
{"key", "told"}: the partition, and the application properties.

python event_hubs.py ENDPOINT NAMESPACE HUB KEY_NAME KEY
"""
import json
import sys
import threading

from azure.eventhub import EventHubConsumerClient

endpoint, namespace, hub, name, key = sys.argv[1:6]
# So said, the client speaks AMQP without TLS. What it signs is for the namespace, wherever that is reached.
text = f"Endpoint=sb://{namespace};SharedAccessKeyName={name};SharedAccessKey={key};UseDevelopmentEmulator=true;"
client = EventHubConsumerClient.from_connection_string(
    text, consumer_group="$Default", eventhub_name=hub, custom_endpoint_address=endpoint.replace("amqp://", "sb://")
)
partitions = client.get_partition_ids()
last = {}
for partition in partitions:
    properties = client.get_partition_properties(partition)
    if not properties["is_empty"]:
        last[partition] = properties["last_enqueued_sequence_number"]
done, lock = threading.Event(), threading.Lock()
plain = lambda text: text.decode() if isinstance(text, bytes) else text


def read(context, events):
    with lock:
        for event in events:
            told = {plain(name): plain(value) for name, value in event.properties.items()}
            print(json.dumps({"key": context.partition_id, "told": told}))
            if event.sequence_number == last.get(context.partition_id):
                del last[context.partition_id]
        if not last:
            done.set()


threading.Thread(
    target=lambda: client.receive_batch(read, starting_position="-1", max_batch_size=500, max_wait_time=1), daemon=True
).start()
if not done.wait(300 if last else 0) and last:
    sys.exit(f"not all was read within 5 minutes: {last}")
sys.stdout.flush()
client.close()
