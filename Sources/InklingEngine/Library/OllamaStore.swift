// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// Ollama's folder of models: manifests, small JSON files that name a model's parts, and blobs named by their digests.
///
/// ```
/// manifests/<host>/<namespace>/<model>/<tag>
/// blobs/sha256-<64 hexadecimal digits>
/// ```
enum OllamaStore {
    private struct Manifest: Decodable {
        struct Layer: Decodable {
            var mediaType: String?
            var digest: String?
        }
        var layers: [Layer]?
    }

    static let modelMediaType = "application/vnd.ollama.image.model"
    private static let manifestByteLimit = 1 << 18

    /// Adds the models of the store at `folder`.
    static func add(_ folder: String, to walk: inout ModelWalk) {
        let manifests = folder + "/manifests"
        for host in walk.names(in: manifests)?.names ?? [] where !host.hasPrefix(".") {
            for namespace in walk.names(in: "\(manifests)/\(host)")?.names ?? [] {
                for model in walk.names(in: "\(manifests)/\(host)/\(namespace)")?.names ?? [] {
                    let path = "\(manifests)/\(host)/\(namespace)/\(model)"
                    for tag in walk.names(in: path)?.names ?? [] where !tag.hasPrefix(".") {
                        let name = Self.name(host: host, namespace: namespace, model: model, tag: tag)
                        walk.add(self.model(name, manifest: "\(path)/\(tag)", in: folder))
                    }
                }
            }
        }
    }

    /// As Ollama itself prints it: `llama3.2:1b`, `someone/model:latest`, `hf.co/org/name:Q4_K_M`.
    private static func name(host: String, namespace: String, model: String, tag: String) -> String {
        let name = "\(model):\(tag)"
        guard host == "registry.ollama.ai" else { return "\(host)/\(namespace)/\(name)" }
        return namespace == "library" ? name : "\(namespace)/\(name)"
    }

    private static func model(_ name: String, manifest path: String, in folder: String) -> ModelWalk.Found {
        func damaged(_ reason: String) -> ModelWalk.Found {
            ModelWalk.Found(relativePath: name, path: path, status: nil, problem: reason)
        }
        guard let bytes = SmallFile.read(path, limit: manifestByteLimit) else {
            return damaged("its manifest cannot be read, or is larger than \(manifestByteLimit >> 10) KiB")
        }
        guard let manifest = try? JSONDecoder().decode(Manifest.self, from: Data(bytes)) else {
            return damaged("its manifest is not the JSON that was expected")
        }
        guard let layer = manifest.layers?.first(where: { $0.mediaType == modelMediaType }) else {
            return damaged("its manifest names no model; it may run elsewhere")
        }
        // The digest becomes part of a path, so it must be nothing but a digest.
        guard let digest = layer.digest, let blob = blobName(digest) else {
            return damaged("its manifest names the model by something other than a digest")
        }
        let blobPath = "\(folder)/blobs/\(blob)"
        guard let status = FileStatus(path: blobPath) else {
            return damaged("its blob \(blob.prefix(19))… is missing; pull the model again")
        }
        return ModelWalk.Found(relativePath: name, path: blobPath, status: status)
    }

    private static func blobName(_ digest: String) -> String? {
        let parts = digest.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == "sha256", parts[1].utf8.count == 64 else { return nil }
        let digits = Set("0123456789abcdef".utf8)
        return parts[1].utf8.allSatisfy(digits.contains) ? "sha256-\(parts[1])" : nil
    }
}
