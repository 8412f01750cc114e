package guywire.lab;

import java.io.IOException;

/** A program that runs a lab until it is killed; it prints the process of every machine. */
final class LabKeeper {

  private LabKeeper() {}

  public static void main(String[] arguments) throws IOException {
    Lab lab =
        Lab.start(
            HandMade.twoHomes(), new LabOptions(TunnelPrograms.WIREGUARD_GO), LabListener.SILENT);
    lab.hosts().forEach(host -> System.out.println(host.pid()));
    System.out.println("ready");
    System.out.flush();
    if (System.in.read() < 0) {
      lab.close();
    }
  }
}
