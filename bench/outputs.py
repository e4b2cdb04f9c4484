# SPDX-License-Identifier: MIT
"""Loads a model into PyTorch and compares what it says with outputs.json.

    ./jbang rnn.java --epochs 100 && python3 bench/outputs.py rnn-out     (Debian: python3-torch)
"""
import json, struct, sys, torch

folder = sys.argv[1] if len(sys.argv) > 1 else "rnn-out"
with open(folder + "/model.safetensors", "rb") as file:
    header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
    data = bytearray(file.read())
metadata = header.pop("__metadata__")
weights = {name: torch.frombuffer(data, dtype=torch.float64, offset=t["data_offsets"][0], count=torch.Size(t["shape"]).numel())
           .reshape(t["shape"]) for name, t in header.items()}
hidden, inputs = weights["rnn.weight_ih_l0"].shape
net = torch.nn.ModuleDict({"rnn": torch.nn.RNN(inputs, hidden, batch_first=True),
                           "fc": torch.nn.Linear(hidden, weights["fc.weight"].shape[0])}).double()
net.load_state_dict(weights)

mean, deviation = (torch.tensor([float(x) for x in metadata.get(key, default).split()], dtype=torch.float64)
                   for key, default in (("mean", "0"), ("deviation", "1")))
worst = 0
outputs = json.load(open(folder + "/outputs.json"))
if "sequences" not in outputs: sys.exit("outputs.json of a text holds characters, no outputs to compare")
for sequence in outputs["sequences"]:
    x, output = (torch.tensor(sequence[key], dtype=torch.float64) for key in ("input", "output"))
    if x.dim() == 1: x, output = x[:, None], output[:, None]
    with torch.no_grad(): y = net["fc"](net["rnn"](((x - mean) / deviation)[None])[0])[0][-len(output):] * deviation + mean
    worst = max(worst, ((y - output).abs() / output.abs().clamp(min=1)).max().item())
print(f"PyTorch and outputs.json differ by {worst:.1e} at most")
sys.exit(worst > 1e-12)
