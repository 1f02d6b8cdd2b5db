// SPDX-License-Identifier: GPL-3.0-or-later
import LinuxNet
import NodeRuntime
import ProtocolKit
import Wire

// What the node wants of the world, carried out.
extension NodeHost {
  /// First what packets wait for, in order and in one wake of the workers; then the rest in order. The two do not depend on
  /// each other, and a route into the kernel costs more time than all changes of the data plane.
  func perform(_ effects: [HostEffect]) {
    for effect in effects { performForPackets(effect) }
    workers.flush()
    for effect in effects { performAside(effect) }
    kernelRoutes.flush()
  }

  private func performForPackets(_ effect: HostEffect) {
    switch effect {
    case .dataPlane(let change): workers.tellAll(.change(workers.shared(change)))
    case .inject(let packet): workers.inject(packet)
    case .underlay(let id, let binding): underlays.bind(id, binding)
    case .tunnelDevice(let name, let id, let device): answerDevice(name, devices.set(name, id, device))
    default: break
    }
  }

  private func performAside(_ effect: HostEffect) {
    switch effect {
    case .dataPlane, .inject, .underlay, .tunnelDevice: break
    case .compute(let id, let job): keys.perform(id, job)
    case .readMaterial(let request): readMaterial(request)
    case .kernelRoute(let prefix, let device, let gateway, let isPresent):
      guard options.installsLearnedRoutes || devices.index(of: device) != nil else { return }
      if isPresent { kernelRoutes.add(prefix, device, gateway: gateway) } else { kernelRoutes.remove(prefix, device, gateway: gateway) }
    case .stream(let effect): streams.perform(effect)
    case .routingPort(let device, let effect): perform(effect, device)
    case .lookUp(let name): lookUp(name)
    case .reply(let session, let reply): sessions?.reply(reply, to: session)
    case .save(let session, let id, let text): save(text, session, id)
    case .capture(let name, let request): capture(name, request)
    case .captureFilter(let name, let filter): captures[name]?.filter = filter
    case .log(let severity, let line): log.write(severity, line)
    case .stopped: loop.stop()
    }
  }

  /// A routing protocol's wish about an interface of the host.
  private func perform(_ effect: DatagramPort.Effect, _ device: String) {
    switch effect {
    case .join(let id, _, _), .leave(let id, _, _), .sendLink(let id, _, _): routingDevices[id] = device
    case .send(let datagram): routingDevices[datagram.interface] = device
    }
    routingSockets.perform(effect)
  }

  // MARK: Devices

  /// Tells the node how its device does, and keeps trying where it failed.
  func answerDevice(_ name: String, _ failure: String?) {
    if let failure {
      log.write(.warning, "\(name): \(failure)")
      setTimer(.device(name))
    } else {
      timers.cancel(.device(name))
    }
    if !isStopping { deliver(.tunnelDevice(name: name, failure: failure)) }
  }

  // MARK: Names

  private func lookUp(_ name: String) {
    resolver.resolve(name) { [unowned self] answer in
      switch answer {
      case .success(let addresses): deliver(.nameResolved(name, addresses))
      case .failure(let error):
        log.write(.warning, "\(error)")
        deliver(.nameResolved(name, []))
      }
    }
  }

  // MARK: Keys

  /// Small files, read here and now: only at the start and when the configuration changes.
  private func readMaterial(_ request: KeyMaterialRequest) {
    let directory = options.configurationFile.map(ConfigurationFile.directory(of:)) ?? "."
    let material = KeyMaterialReader.read(request, directory: directory)
    if case .failure(let reason) = material { log.write(.error, reason) }
    deliver(.material(request, material))
  }

  // MARK: Saving

  /// Writes on a thread of its own: a disk may take its time, punted packets must not wait for it.
  private func save(_ text: String, _ session: SessionID, _ id: UInt32) {
    let saves = saves
    guard let path = options.configurationFile else {
      saves.post(SaveResult(session: session, id: id, failure: "the node was started without a configuration file"))
      return
    }
    do throws(SystemError) {
      _ = try WorkerThread.start(name: "save") {
        do throws(SystemError) {
          try ConfigurationFile.write(text, to: path)
          saves.post(SaveResult(session: session, id: id, failure: nil))
        } catch {
          saves.post(SaveResult(session: session, id: id, failure: "\(error)"))
        }
      }
    } catch {
      saves.post(SaveResult(session: session, id: id, failure: "\(error)"))
    }
  }

  // MARK: Reports of workers

  func take(_ report: WorkerReport) {
    switch report {
    case .punts(let worker, let packets):
      for packet in packets { deliver(.punt(packet)) }
      workers.released(packets.count, of: worker)
    case .notices(let notices):
      for notice in notices { if let merged = workers.merge(notice) { deliver(.notice(merged)) } }
    case .counters(let worker, let ticket, let counters):
      if let sum = workers.collect(worker, ticket: ticket, counters) { countersCame(sum) }
    case .captured(let packets): writeCaptured(packets)
    case .deviceLost(let id, let reason):
      if !isStopping, let name = devices.lost(id) { answerDevice(name, reason) }
    case .socketLost(let key, let reason):
      underlays.lost(key, reason)
      setTimer(.underlays)
    }
  }
}

/// What became of `write memory`.
struct SaveResult: Sendable {
  var session: SessionID
  var id: UInt32
  var failure: String?
}
