import type { Key } from './en';

/** Chinese. */
export const chinese: Record<Key, string> = {
  themeAuto: '明暗跟随系统',
  themeLight: '浅色',
  themeDark: '深色',
  copied: '已复制',
  notCopied: '浏览器不允许本页复制',
  looking: '正在查看……',
  unreachable: '无法连接服务器。',
  failed: '没有成功，请再试一次。',
  welcome: 'Guywire',
  noLink: '这台服务器维护着一些私有网络。请打开别人给您的设备链接，或使用 guywire 命令。',
  yourDevice: '您的设备',
  linkFor: '此链接会把 {0} 加入网络 {1}。请在该设备上打开，或准备好设备上的 WireGuard 应用来扫码。',
  makeKey: '生成密钥并显示二维码',
  linkOnce: '链接只能用一次。',
  linkLeft: '剩余时间 {0}。',
  linkGone: '此链接已用过、已过期，或已被新的链接取代。请索取一个新链接。',
  noPeerYet: '密钥已保存，但目前还没有可连接的对端：中心节点还没有密钥。请在中心节点运行后再索取一个链接。',
  qrHere: '配置的二维码',
  qrTooLong: '内容太长，放不进二维码：请保存文件。',
  scanWith: '请用 WireGuard 应用扫描：+ → 扫描二维码。',
  saveFile: '保存 {0}',
  copyFile: '复制文本',
  keyHere: '私钥是在这个浏览器里生成的，只在此处、此刻显示；服务器从未见过它。',
};
